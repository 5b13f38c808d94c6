"""The report: evidence, findings and scorecard in the one JSON form that every reader gets."""

from __future__ import annotations

from typing import Any, Literal

from sandbox import advice
from sandbox.checks import judge_all
from sandbox.evidence import Evidence
from sandbox.rubrics import Rubric, newest
from sandbox.scorecard import gates_of, total

SCHEMA = "assay/report/v1"
# Probes that describe the source or the build, not a measurement of the running service.
NOT_MEASUREMENTS = frozenset({"build"})


def report(
    evidence: Evidence,
    *,
    rubric: Rubric | None = None,
    outcome: Literal["scored", "aborted", "cancelled"] = "scored",
) -> dict[str, Any]:
    """Judge the evidence by a rubric (the newest of its track) and lay everything out.

    Pure, so any stored evidence gives its report again.
    """
    rubric = rubric or newest(evidence.track)
    judged = judge_all(evidence, rubric) if outcome == "scored" else []
    gates = gates_of(judged, rubric, evidence) if outcome == "scored" else ()
    evidence_digest = evidence.digest()
    card = total(judged, rubric, evidence_digest=evidence_digest, gates=gates).to_json()
    findings = [row.to_json() for row in judged]
    return {
        "schema": SCHEMA,
        "source": evidence.source,
        "outcome": outcome,
        "fault": evidence.fault,
        "plan": _plan(evidence.plan),
        "services": evidence.services,
        "deployed": evidence.deployed,
        "healthy": evidence.healthy,
        "stages": evidence.stages,
        "measurements": {key: value for key, value in evidence.probes.items() if key not in NOT_MEASUREMENTS},
        "findings": findings,
        "scorecard": card,
        "next_steps": advice.next_steps(findings, card),
        "host": evidence.host,
        "evidence_digest": evidence_digest,
    }


def _plan(plan: dict[str, Any] | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    return plan | {"refused": [{"what": note["id"], **note} for note in plan.get("refused", ())]}


def gain(report: dict[str, Any], row: dict[str, Any]) -> float:
    """Points of the total that a row of the report's findings would add if its score became 1."""
    return advice.gain(report["findings"], report["scorecard"], row)


def worth(report: dict[str, Any], row: dict[str, Any]) -> float:
    """Points that a row of the report's findings gains for an hour of work."""
    return advice.worth(report["findings"], report["scorecard"], row)
