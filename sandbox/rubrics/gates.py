"""Gates: what holds down a total, or one category, whatever the rest of the scorecard is worth. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.evidence import Evidence


@dataclass(frozen=True)
class Gate:
    """`when` as the rubric's schema describes it: every member has to hold. Caps the category, else the total."""

    id: str
    says: str
    cap: float
    when: Mapping[str, Any] = field(hash=False)
    category: str = ""

    def to_json(self) -> dict[str, Any]:
        """The scorecard's row of a gate that holds."""
        return {"id": self.id, "says": self.says, "cap": self.cap, "category": self.category or None}

    def holds(self, evidence: Evidence, failed: frozenset[str], required: frozenset[str]) -> bool:
        """`failed` are the ids of failed checks, `required` those that the rubric requires."""
        met: dict[str, Callable[[Any], bool]] = {
            "deployed": lambda wanted: evidence.deployed is wanted,
            "finished": lambda wanted: evidence.finished is wanted,
            "required_failed": lambda wanted: bool(failed & required) is wanted,
            "check_failed": lambda check: check in failed,
            "figure": lambda figure: _lies_above(evidence, figure),
        }
        return all(met[name](wanted) for name, wanted in self.when.items())


def _lies_above(evidence: Evidence, figure: Mapping[str, Any]) -> bool:
    """A figure that is not there, or a share of nothing, holds nobody down."""
    value = _at(evidence, figure["at"])
    whole = _at(evidence, figure["of"]) if "of" in figure else 1.0
    return value is not None and bool(whole) and value / (whole or 1.0) > figure["above"]


def _at(evidence: Evidence, pointer: str) -> float | None:
    """The number that a JSON pointer (RFC 6901) leads to, through members alone."""
    found: Any = {"probes": evidence.probes}
    for name in pointer.split("/")[1:]:
        found = found.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
