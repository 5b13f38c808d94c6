"""The form in which an organiser changes a rubric, and the document that comes of it."""

from collections.abc import Iterator
from typing import Any

from django import forms

from accounts.plain import PlainForm
from evaluations.catalogue import CATEGORIES
from sandbox.checks import all_checks
from sandbox.finding import CRITICAL, HIGH, LOW, MEDIUM, Check
from sandbox.rubrics import Rubric
from sandbox.rubrics.validation import problem_of_weights, problems_of_thresholds, scaled

WEIGHTS = {0.0: "Off: shown, counts nothing", LOW: "Low", MEDIUM: "Medium", HIGH: "High", CRITICAL: "Critical"}


class RubricForm(PlainForm, forms.Form):
    """Everything an organiser may change about one rubric: points of categories, caps, and each check that it asks.

    Checks that came with a later version of Assay are in it too, as they are: the saved version lists what it asks.
    """

    based_on = forms.CharField(widget=forms.HiddenInput, max_length=100)
    title = forms.CharField(
        label="Name", max_length=120, help_text="Teams read it where the event says how entries are scored."
    )

    def __init__(self, *args: Any, rubric: Rubric, title: str = "", **kwargs: Any) -> None:
        super().__init__(*args, initial={"based_on": rubric.name, "title": title or rubric.title}, **kwargs)
        self.rubric = rubric
        self.checks = [check for check in all_checks().values() if rubric.track in check.tracks]
        for name, points in rubric.weights.items():
            label = f"{CATEGORIES[name]}: points of 100"
            self.fields[f"category-{name}"] = _number(points, label=label, max_value=100)
        for gate in rubric.gates:
            self.fields[f"gate-{gate.id}"] = _number(gate.cap, label=about(gate.id), max_value=100, help_text=gate.says)
        for check in self.checks:
            self._add(check)

    def _add(self, check: Check) -> None:
        weight = self.rubric.own_weight_of(check)
        self.fields[f"weight-{check.id}"] = forms.TypedChoiceField(
            label=f"Weight of “{check.title}”",
            choices=sorted((WEIGHTS | {weight: WEIGHTS.get(weight, f"{weight:g}")}).items()),
            coerce=float,
            initial=weight,
        )
        self.fields[f"required-{check.id}"] = forms.BooleanField(
            label="Required", required=False, initial=check.id in self.rubric.required
        )
        for name, figure in self.rubric.thresholds_of(check).items():
            self.fields[f"threshold-{check.id}-{name}"] = _number(figure, label=about(name), max_value=1e12)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.errors and (problem := problem_of_weights(self._weights(values))):
            raise forms.ValidationError(f"{problem} Or let them be scaled.", code="sum")
        for check in self.checks:
            names = [f"threshold-{check.id}-{name}" for name in check.thresholds]
            if names and all(name in values for name in names):
                for problem in problems_of_thresholds(check, self._thresholds(check, values)):
                    self.add_error(names[0], problem)
        return values

    def _weights(self, values: dict[str, Any]) -> dict[str, float]:
        return {name: values[f"category-{name}"] for name in self.rubric.weights}

    def _thresholds(self, check: Check, values: dict[str, Any]) -> dict[str, float]:
        return {name: values[f"threshold-{check.id}-{name}"] for name in check.thresholds}

    def scaled(self) -> dict[str, Any]:
        """What was typed, with the categories' points scaled to 100; as it was where one of them is no number."""
        typed = self.data.copy()
        try:
            given = {name: float(typed[f"category-{name}"]) for name in self.rubric.weights}
        except (KeyError, ValueError):
            return typed
        if all(0 <= points <= 1e6 for points in given.values()):
            for name, points in scaled(given).items():
                typed[f"category-{name}"] = f"{points:g}"
        return typed

    def document(self) -> dict[str, Any]:
        """The rubric of the cleaned form. It lists every check with its figures, so that nothing changes it later."""
        values = self.cleaned_data
        base = self.rubric.document
        return {
            **base,
            "title": values["title"],
            "based_on": values["based_on"],
            "asks": "listed",
            "weights": self._weights(values),
            "checks": {check.id: self._row(check, values) for check in self.checks},
            "gates": [row | {"cap": values[f"gate-{row['id']}"]} for row in base["gates"]],
        }

    def _row(self, check: Check, values: dict[str, Any]) -> dict[str, Any]:
        row: dict[str, Any] = {"weight": values[f"weight-{check.id}"]}
        if values[f"required-{check.id}"]:
            row["required"] = True
        if check.thresholds:
            row["thresholds"] = self._thresholds(check, values)
        return row

    def unknown(self) -> list[str]:
        """The figures of the rubric that no check asks for, as "the check's title: name"."""
        named = ((check, name) for check in self.checks for name in self.rubric.unknown_thresholds(check))
        return [f"{check.title}: {name}" for check, name in named]

    def gates(self) -> list[forms.BoundField]:
        return [self[f"gate-{gate.id}"] for gate in self.rubric.gates]

    def groups(self) -> Iterator[dict[str, Any]]:
        """Give for each category its {label, points, open, checks: [{check, weight, required, thresholds, share}]}."""
        for name in self.rubric.weights:
            checks = [self._shown(check) for check in self.checks if check.category == name]
            wrong = any(field.errors for row in checks for field in row["thresholds"])
            label = CATEGORIES[name]
            yield {"id": name, "label": label, "points": self[f"category-{name}"], "checks": checks, "open": wrong}

    def _shown(self, check: Check) -> dict[str, Any]:
        return {
            "check": check,
            "weight": self[f"weight-{check.id}"],
            "required": self[f"required-{check.id}"],
            "thresholds": [self[f"threshold-{check.id}-{name}"] for name in check.thresholds],
            "share": self.rubric.document["grades"][check.grade],
        }


def _number(initial: float, *, max_value: float, **fields: Any) -> forms.FloatField:
    field = forms.FloatField(min_value=0, max_value=max_value, initial=f"{initial:g}", **fields)
    field.widget.attrs |= {"step": "any", "inputmode": "decimal"}
    return field


def about(name: str) -> str:
    """A figure's or a gate's name for people: "p10_ms" → "Scores 90 at, ms"; "never_deployed" → "Never deployed"."""
    if name in UNITS:
        return UNITS[name].capitalize() if UNITS[name].islower() else UNITS[name]
    words, _, unit = name.rpartition("_")
    words, unit = (words, UNITS[unit]) if words and unit in UNITS else (name, "")
    words = POINTS.get(words, words.replace("_", " ").capitalize())
    return f"{words}, {unit}" if unit else words


# The two points of a curve.
POINTS = {"median": "Scores 50 at", "p10": "Scores 90 at"}
UNITS = {
    "ms": "milliseconds",
    "s": "seconds",
    "mb": "MB",
    "kib": "KiB",
    "bytes": "bytes",
    "pct": "%",
    "rps": "requests a second",
    "ratio": "times",
    "times": "times",
    "words": "words",
    "commits": "commits",
    "tests": "tests",
}
