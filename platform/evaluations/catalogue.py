"""The catalogue of checks and rubrics for pages: the one place where the layers above read the sandbox's plugins."""

from collections.abc import Mapping
from typing import Any

from sandbox.advice import weights_of
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
    "manifest_members",
    "manifest_problems",
    "rubric_weights",
    "share",
    "worth",
]

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
