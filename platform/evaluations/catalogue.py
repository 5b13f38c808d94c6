"""The catalogue of checks and rubrics for pages: the one place where the layers above read the sandbox's plugins."""

from sandbox.checks import all_checks
from sandbox.finding import Check
from sandbox.report import gain
from sandbox.scorecard import RUBRICS

__all__ = ["CATEGORIES", "checks", "gain", "rubric_weights"]

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
