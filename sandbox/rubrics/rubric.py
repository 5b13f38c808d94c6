"""A rubric: what weighs how much, what is required, what caps the total. Data with a name, a version and a digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sandbox import canonical
from sandbox.evidence import Evidence
from sandbox.finding import Check
from sandbox.rubrics.gates import Gate
from sandbox.rubrics.renames import named_as_now


@dataclass(frozen=True)
class Rubric:
    """One version of a rubric, over its document (`sandbox/rubrics/schema.json` describes it).

    Two rubrics with the same digest judge the same; a changed document is a new version, never the same name again.
    """

    document: Mapping[str, Any] = field(hash=False)

    @property
    def name(self) -> str:
        """What scorecards and credentials say: "general@2"."""
        return f"{self.document['id']}@{self.document['version']}"

    @property
    def track(self) -> str:
        return str(self.document["track"])

    @property
    def title(self) -> str:
        return str(self.document["title"])

    @property
    def weights(self) -> dict[str, float]:
        """Points of each category; they add up to 100."""
        return dict(self.document["weights"])

    @cached_property
    def digest(self) -> str:
        return canonical.digest(self.document)

    @cached_property
    def gates(self) -> tuple[Gate, ...]:
        return tuple(Gate(**row) for row in self.document["gates"])

    @cached_property
    def required(self) -> frozenset[str]:
        """Ids of the checks that have to pass."""
        return frozenset(name for name, row in self.document["checks"].items() if row.get("required"))

    def asks(self, check: Check) -> bool:
        listed = self.document["asks"] == "all" or check.id in self.document["checks"]
        return listed and self.track in check.tracks

    def own_weight_of(self, check: Check) -> float:
        """The weight before the share of its grade: the rubric's own, else the check's."""
        return float(self._of(check).get("weight", check.weight))

    def weight_of(self, check: Check) -> float:
        """What a check weighs inside its category: its weight times the share that its grade counts for."""
        return self.own_weight_of(check) * float(self.document["grades"][check.grade])

    def thresholds_of(self, check: Check) -> dict[str, float]:
        """The check's figures with the rubric's in their place, also those that it calls by an earlier name.

        Names that the check never had are left out; `unknown_thresholds` has them.
        """
        own = named_as_now(check.id, self._of(check).get("thresholds", {}))
        return {name: own.get(name, figure) for name, figure in check.thresholds.items()}

    def unknown_thresholds(self, check: Check) -> list[str]:
        """Names of the rubric's figures that the check neither has nor ever had: they change nothing."""
        return sorted(set(named_as_now(check.id, self._of(check).get("thresholds", {}))) - set(check.thresholds))

    def holding(self, evidence: Evidence, failed: frozenset[str]) -> tuple[Gate, ...]:
        """The gates that hold; `failed` are the ids of the failed checks."""
        return tuple(gate for gate in self.gates if gate.holds(evidence, failed, self.required))

    def _of(self, check: Check) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document["checks"].get(check.id, {})
        return found
