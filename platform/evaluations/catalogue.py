"""The catalogue of checks and rubrics for pages: the one place where the layers above read the sandbox's plugins."""

from typing import Any

from sandbox.checks import all_checks
from sandbox.finding import Check
from sandbox.scorecard import RUBRICS

CATEGORIES = {
    "build": "Build",
    "deploy": "Deploy",
    "load": "Load",
    "monitoring": "Monitoring",
    "practice": "Engineering practice",
    "track": "Track",
}


def checks() -> dict[str, Check]:
    """Every check by id."""
    return all_checks()


def rubric_weights(name: str) -> dict[str, float]:
    """Category weights of a rubric by its name ("general@1"); {} for one that this version no longer has."""
    return next((dict(rubric.weights) for rubric in RUBRICS.values() if rubric.name == name), {})


def gain(report: dict[str, Any], row: dict[str, Any]) -> float:
    """Points of the total that a finding's row would add if its score became 1."""
    if row["score"] is None or row["score"] >= 1:
        return 0.0
    weights = rubric_weights(report["scorecard"]["rubric"])
    judged = [other for other in report["findings"] if other["score"] is not None]
    counted = {other["category"] for other in judged if other["category"] in weights}
    inside = sum(other["weight"] for other in judged if other["category"] == row["category"])
    total = sum(weights[category] for category in counted)
    if row["category"] not in counted or not inside or not total:
        return 0.0
    return round(100 * weights[row["category"]] / total * row["weight"] * (1 - row["score"]) / inside, 1)
