"""The scorecard: findings and a rubric in, a total, a grade and category scores out. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox import canonical
from sandbox.advice import level_of
from sandbox.checks import Judged
from sandbox.evidence import Evidence
from sandbox.rubrics import Rubric
from sandbox.rubrics.gates import Gate

# Lower bound of each grade on the total, highest first.
GRADES = ((90.0, "A"), (80.0, "B"), (65.0, "C"), (50.0, "D"), (0.0, "E"))


@dataclass(frozen=True)
class Scorecard:
    """Totals are 0..100 with one decimal, or None where nothing could be judged.

    gates        those that hold, whether or not they took anything away
    level        the highest level whose checks mostly pass, see `sandbox.advice.level_of`
    provisional  a weighted check was inconclusive by our failing: shown, but not signed
    weakest      the category with the lowest score (as the ML Test Score takes the minimum of its sections)
    digest       names the evidence, every finding and the rubric
    """

    rubric: Rubric
    total: float | None
    grade: str
    categories: dict[str, float | None] = field(hash=False)
    gates: tuple[Gate, ...]
    level: int
    provisional: bool
    weakest: str | None
    digest: str

    def to_json(self) -> dict[str, Any]:
        return {
            "rubric": self.rubric.name,
            "rubric_digest": self.rubric.digest,
            "weights": self.rubric.weights,
            "total": self.total,
            "grade": self.grade,
            "categories": self.categories,
            "gates": [gate.to_json() for gate in self.gates],
            "level": self.level,
            "provisional": self.provisional,
            "weakest": self.weakest,
            "digest": self.digest,
        }


def category_score(judged: Sequence[Judged]) -> float | None:
    """100 * sum(weight * score) / sum(weight) over the judged ones; None when none was."""
    rows = [(row.weight, row.finding.score) for row in judged if row.finding.score is not None]
    weight = sum(row_weight for row_weight, _ in rows)
    if not weight:
        return None
    return round(100 * sum(row_weight * score for row_weight, score in rows) / weight, 1)


def grade_of(total: float | None) -> str:
    """A letter, or "-" when there is no total."""
    return "-" if total is None else next(letter for floor, letter in GRADES if total >= floor)


def gates_of(judged: Sequence[Judged], rubric: Rubric, evidence: Evidence) -> tuple[Gate, ...]:
    """The rubric's gates that hold over the evidence and its findings."""
    return rubric.holding(evidence, frozenset(row.check.id for row in judged if row.finding.outcome == "fail"))


def total(judged: Sequence[Judged], rubric: Rubric, *, evidence_digest: str, gates: Sequence[Gate] = ()) -> Scorecard:
    """Weighted mean of the categories that could be judged, held down by the gates, see `gates_of`.

    A category with nothing judged weighs nothing. A category's cap counts before the mean, the total's after it.
    """
    categories = {
        category: _capped(
            category_score([row for row in judged if row.check.category == category]),
            [gate.cap for gate in gates if gate.category == category],
        )
        for category in rubric.weights
    }
    counted = {category: score for category, score in categories.items() if score is not None}
    weight = sum(rubric.weights[category] for category in counted)
    value: float | None = None
    if weight:
        mean = sum(rubric.weights[category] * score for category, score in counted.items()) / weight
        value = _capped(round(mean, 1), [gate.cap for gate in gates if not gate.category])
    rows = [row.to_json() for row in judged]
    return Scorecard(
        rubric=rubric,
        total=value,
        grade=grade_of(value),
        categories=categories,
        gates=tuple(gates),
        level=level_of(rows),
        provisional=any(row.finding.cause == "host" and row.weight > 0 for row in judged),
        weakest=min(counted, key=lambda category: (counted[category], category)) if counted else None,
        digest=canonical.digest(
            {
                "evidence": evidence_digest,
                "findings": rows,
                "gates": [gate.to_json() for gate in gates],
                "rubric": {"name": rubric.name, "digest": rubric.digest},
            }
        ),
    )


def _capped(score: float | None, caps: Sequence[float]) -> float | None:
    return None if score is None else min([score, *map(float, caps)])
