"""The catalogue of checks and rubrics for pages: the one place where the layers above read the sandbox's plugins."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.advice import LEVELS, level_of, next_steps, weights_of
from sandbox.checks import all_checks
from sandbox.curve import Curve, curves_of
from sandbox.finding import GRADES, Check
from sandbox.manifest import problems as manifest_problems
from sandbox.manifest.validation import schema
from sandbox.report import gain, worth

__all__ = [
    "CATEGORIES",
    "checks",
    "curves",
    "gain",
    "ladder",
    "manifest_members",
    "manifest_problems",
    "next_steps",
    "rubric_weights",
    "share",
    "worth",
]

LEVEL_NAMES = {1: "First steps", 2: "Solid work", 3: "Professional"}
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


def rubric_weights(card: Mapping[str, Any]) -> dict[str, float]:
    """Points of each category of a report's `scorecard`; {} for an old one of a rubric that is not known any more."""
    return weights_of(card)


def ladder(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How far a project has come: {level, name, judged, passed, reached} of each level that has a judged check."""
    reached = level_of(findings)
    rows = []
    for level in LEVELS:
        judged = [row for row in findings if row.get("level", 2) == level and row["score"] is not None]
        passed = sum(row["outcome"] == "pass" for row in judged)
        row = {"level": level, "name": LEVEL_NAMES[level], "judged": len(judged), "passed": passed}
        rows += [row | {"reached": level <= reached}] if judged else []
    return rows


def curves(check: Check) -> list[Curve]:
    """The curves that turn what a check measures into its score; [] for most."""
    return curves_of(check.thresholds)


def share(check: Check) -> float:
    """The share of a check's weight that counts, by how its answer is known."""
    return GRADES[check.grade]


def manifest_members() -> list[dict[str, str]]:
    """What a manifest may say: {name, description, allowed, example} of each member."""
    return [
        {"name": name, "description": rule["description"], "allowed": rule["x-allowed"], "example": rule["x-example"]}
        for name, rule in schema()["properties"].items()
    ]
