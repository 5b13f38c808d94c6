"""What is wrong with a rubric's document, in sentences that its author can act on."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from sandbox.curve import curves_of
from sandbox.finding import Check
from sandbox.rubrics.rubric import Rubric

SCHEMA = Path(__file__).with_name("schema.json")
POINTS = 100.0
# Weights are typed by hand, with one decimal or two.
ROUNDING = 0.01
MOST_PROBLEMS = 10


class RubricError(ValueError):
    """`problems` are sentences."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.problems))


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of a rubric."""
    document: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    return document


def load(document: Any) -> Rubric:
    """A rubric from its JSON; raises RubricError with every problem."""
    if problems := list(_problems(document)):
        raise RubricError(problems[:MOST_PROBLEMS])
    return Rubric(document)


def _problems(document: Any) -> Iterator[str]:
    errors = list(jsonschema.Draft202012Validator(schema()).iter_errors(document))
    yield from (f"{error.json_path}: {error.message[:300]}." for error in errors)
    if errors:
        return
    if problem := problem_of_weights(document["weights"]):
        yield problem
    unknown = {gate["category"] for gate in document["gates"] if "category" in gate} - set(document["weights"])
    yield from (f"A gate caps {name}, which has no weight." for name in sorted(unknown))
    if not all(math.isfinite(number) for number in _numbers(document)):
        yield "Every number has to be finite."


def problem_of_weights(weights: Mapping[str, float]) -> str:
    """Why these cannot be the categories' weights; "" when they can."""
    given = sum(weights.values())
    if abs(given - POINTS) <= ROUNDING:
        return ""
    apart = given - POINTS
    return (
        f"The categories' weights add up to {given:g}, and have to add up to {POINTS:g}: "
        f"{'take away' if apart > 0 else 'add'} {abs(apart):g}."
    )


def scaled(weights: Mapping[str, float]) -> dict[str, float]:
    """The same proportions adding up to exactly 100, with one decimal; as they are where they add up to nothing."""
    given = sum(weights.values())
    if not given:
        return dict(weights)
    tenths = {name: round(10 * POINTS * weight / given) for name, weight in weights.items()}
    # What rounding leaves over goes to the largest, where it shows least.
    largest = max(tenths, key=lambda name: (tenths[name], name))
    tenths[largest] += round(10 * POINTS) - sum(tenths.values())
    return {name: tenth / 10 for name, tenth in tenths.items()}


def problems_of_thresholds(check: Check, thresholds: Mapping[str, float]) -> list[str]:
    """Why a check cannot be asked with these figures, as it could be with its own; [] when it can.

    A curve's p10 has to stay on its side of the median, and every example of the check has to be answered.
    """
    if unknown := sorted(set(thresholds) - set(check.thresholds)):
        return [f"{check.id} has no threshold {', '.join(unknown)}."]
    if not thresholds:
        return []
    figures = {**check.thresholds, **thresholds}
    own, new = curves_of(check.thresholds), curves_of(figures)
    turned = [
        f"{check.title}: p10 has to stay {'below' if was.less else 'above'} the median (of {was.unit or 'its figure'})."
        for was, now in zip(own, new, strict=True)
        if now.p10 == now.median or now.less is not was.less
    ]
    if turned:
        return turned
    try:
        for example in check.examples:
            if example.outcome in ("pass", "fail"):
                check.judge(example.evidence, figures)
    except (ArithmeticError, ValueError) as error:
        return [f"{check.title}: {error}."]
    return []


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        for member in value.values():
            yield from _numbers(member)
    elif isinstance(value, list):
        for member in value:
            yield from _numbers(member)
    elif isinstance(value, int | float):
        yield float(value)
