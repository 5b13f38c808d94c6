"""The catalogue of checks and rubrics for pages: the one place where the layers above read the sandbox's plugins."""

from sandbox.checks import all_checks
from sandbox.finding import Check
from sandbox.manifest import problems as manifest_problems
from sandbox.manifest.validation import schema
from sandbox.report import gain
from sandbox.rubrics import all_rubrics

__all__ = ["CATEGORIES", "checks", "gain", "manifest_members", "manifest_problems", "rubric_weights"]

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
    """Category weights of a bundled rubric by its name ("general@1"); {} for one that this version no longer has."""
    rubric = all_rubrics().get(name)
    return rubric.weights if rubric else {}


def manifest_members() -> list[dict[str, str]]:
    """What a manifest may say: {name, description, allowed, example} of each member."""
    return [
        {"name": name, "description": rule["description"], "allowed": rule["x-allowed"], "example": rule["x-example"]}
        for name, rule in schema()["properties"].items()
    ]
