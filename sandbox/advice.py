"""Advice: what each finding would gain, how far a project has come, and the few things to do next. Pure.

Rows are the report's `findings`, `card` its `scorecard`, of this version or of an older one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.rubrics import all_rubrics

# What a fix costs a student, in hours: only the proportions matter, to order what gains alike.
HOURS = {"minutes": 0.5, "hours": 3.0, "days": 12.0}
LEVELS = (1, 2, 3)
# A level is reached when this share of its judged checks, and of each level below, passes.
MOSTLY = 0.75
STEPS = 3

type Row = Mapping[str, Any]


def weights_of(card: Row) -> dict[str, float]:
    """Points of each category: what the card says, or its rubric where an older card does not; {} when unknown."""
    if "weights" in card:
        return dict(card["weights"])
    rubric = all_rubrics().get(card["rubric"])
    return rubric.weights if rubric else {}


def gain(findings: Sequence[Row], card: Row, row: Row) -> float:
    """Points of the total that a row of the findings would add if its score became 1, gates left aside.

    0 for a row that is not judged, that weighs nothing, or whose rubric this version does not know any more.
    """
    if row["score"] is None or row["score"] >= 1:
        return 0.0
    weights = weights_of(card)
    judged = [other for other in findings if other["score"] is not None and other["weight"]]
    counted = {other["category"] for other in judged if other["category"] in weights}
    inside = sum(other["weight"] for other in judged if other["category"] == row["category"])
    whole = sum(weights[category] for category in counted)
    if row["category"] not in counted or not inside or not whole:
        return 0.0
    share = weights[row["category"]] / whole * row["weight"] / inside
    return float(round(100 * share * (1 - row["score"]), 1))


def worth(findings: Sequence[Row], card: Row, row: Row) -> float:
    """Points gained for an hour of work; by this the advice is ordered."""
    return gain(findings, card, row) / HOURS[row.get("effort", "hours")]


def level_of(findings: Sequence[Row]) -> int:
    """The highest level whose judged checks mostly pass, as those of every level below do; 0 when the first do not."""
    reached = 0
    for level in LEVELS:
        judged = [row for row in findings if row.get("level", 2) == level and row["score"] is not None]
        if sum(row["outcome"] == "pass" for row in judged) < MOSTLY * len(judged):
            break
        reached = level if judged else reached
    return reached


def next_steps(findings: Sequence[Row], card: Row, most: int = STEPS) -> list[dict[str, Any]]:
    """Give the few things to do next: {check, title, observed, fix, gain, effort, level}, the first one first.

    They come from the lowest level that is not reached and from those below it, by points for an hour, and from the
    next one where these have fewer. What has one fix is one step with the points of all together, named after what
    the others follow from: a build that failed is why many checks saw nothing.
    """
    due = level_of(findings) + 1
    steps: dict[str, dict[str, Any]] = {}
    for row in sorted(
        findings, key=lambda row: (bool(row.get("because")), row.get("level", 2), -row["weight"], row["check"])
    ):
        points = gain(findings, card, row) if row["outcome"] == "fail" else 0.0
        if points:
            step = {name: row[name] for name in ("check", "title", "observed", "fix")}
            step |= {"gain": 0.0, "effort": row.get("effort", "hours"), "level": row.get("level", 2)}
            step = steps.setdefault(row["fix"], step)
            step["gain"] = round(step["gain"] + points, 1)
    by_worth = sorted(steps.values(), key=lambda step: (max(step["level"], due), -step["gain"] / HOURS[step["effort"]]))
    return by_worth[:most]
