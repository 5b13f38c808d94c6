"""Checks, one file each: discovered here, judged here, registered nowhere."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sandbox.evidence import Evidence, failure
from sandbox.finding import GRADES, Check, Finding, failed, inconclusive, not_applicable
from sandbox.probes import all_probes
from sandbox.rubrics import Rubric, newest

# A pass above this needs no advice.
WORTH_ADVICE = 0.9


@cache
def all_checks() -> dict[str, Check]:
    """Every check by id, in the order of their ids."""
    found: dict[str, Check] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        found[module.name] = importlib.import_module(f"{__name__}.{module.name}").CHECK
    return found


@dataclass(frozen=True)
class Judged:
    """A check with its finding on one evaluation.

    weight    what it counts inside its category; the check's own times the share of its grade unless given
    required  failing it caps the total
    because   the failed check that this failure follows from in the end, see `Check.follows`
    """

    check: Check
    finding: Finding
    weight: float = -1.0
    required: bool = False
    because: str | None = None

    def __post_init__(self) -> None:
        if self.weight < 0:
            object.__setattr__(self, "weight", self.check.weight * GRADES[self.check.grade])

    def to_json(self) -> dict[str, Any]:
        """The report's `findings` row."""
        check, finding = self.check, self.finding
        failing = finding.outcome == "fail" or (finding.score is not None and finding.score < WORTH_ADVICE)
        return {
            "check": check.id,
            "version": check.version,
            "category": check.category,
            "outcome": finding.outcome,
            "score": finding.score,
            "weight": self.weight,
            "grade": check.grade,
            "effort": check.effort,
            "level": check.level,
            "required": self.required,
            "because": self.because,
            "title": check.failed_title if finding.outcome == "fail" else check.title,
            "cause": finding.cause,
            "observed": finding.observed,
            "fix": (finding.fix or check.fix) if failing else "",
            "evidence": list(finding.evidence),
        }


def judge(check: Check, evidence: Evidence, thresholds: Mapping[str, float] | None = None) -> Finding:
    """One check's finding by its own thresholds or by others, with the answers that every check would otherwise repeat.

    A check of what only a service has is not asked of a job, and the other way round.
    A probe it needs is missing: that is the team's doing when their fault ended the evaluation before it (fail),
    and ours when we could not look (inconclusive).
    """
    other = _other_kind(check, evidence.kind)
    if other:
        return not_applicable(other)
    missing = [probe for probe in check.needs if evidence.probe(probe) is None]
    if missing:
        fault = evidence.fault
        if fault is not None and fault["owner"] == "team":
            return failed(f"Could not be seen, because: {fault['title']}.", fix=fault["fix"])
        broken = [f"{probe} ({failure(evidence.probes[probe])})" for probe in missing if probe in evidence.probes]
        skipped = [probe for probe in missing if probe not in evidence.probes]
        return inconclusive("Not observed in this evaluation: " + ", ".join(broken + skipped) + ".")
    try:
        return check.judge(evidence, thresholds or check.thresholds) if check.thresholds else check.judge(evidence)
    except (LookupError, TypeError, AttributeError) as error:
        # Evidence outlives the probes that gathered it. What an earlier one did not write down is not the team's fault.
        return inconclusive(
            f"An earlier version gathered this, and did not look at it ({type(error).__name__}: {error})."
        )


def _other_kind(check: Check, kind: str) -> str:
    """Why the check is not about what the plan runs, "" when it is: its probes look at services, or at jobs, alone."""
    looks_at = {probe.on for probe in all_probes() if probe.id in check.needs} - {"source"}
    if not looks_at or looks_at & {kind, "app"}:
        return ""
    return "A job runs to its end: it serves nobody." if kind == "job" else "This is a service, not a job."


def judge_all(evidence: Evidence, rubric: Rubric | None = None) -> list[Judged]:
    """Every finding that the rubric asks for (the newest of the evidence's track), in the order of the checks' ids."""
    rubric = rubric or newest(evidence.track)
    asked = [check for check in all_checks().values() if rubric.asks(check)]
    found = {check.id: judge(check, evidence, rubric.thresholds_of(check)) for check in asked}
    judged = []
    for check in asked:
        finding, because = found[check.id], _because(check, found)
        if because:
            first = all_checks()[because]
            finding = replace(finding, fix=found[because].fix or first.fix)
        row = Judged(check, finding, rubric.weight_of(check), check.id in rubric.required, because)
        judged.append(row)
    return judged


def _because(check: Check, found: Mapping[str, Finding]) -> str | None:
    """The failed check that a failure follows from, the first of a chain of them; None for what failed by itself."""
    at = check
    while found[at.id].outcome == "fail" and at.follows in found and found[at.follows].outcome == "fail":
        at = all_checks()[at.follows]
    return None if at is check else at.id
