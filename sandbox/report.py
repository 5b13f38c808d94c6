"""The report: evidence, findings and scorecard in the one JSON form that every reader gets."""

from __future__ import annotations

from typing import Any, Literal

from sandbox.checks import judge_all
from sandbox.evidence import Evidence
from sandbox.scorecard import RUBRICS, total

SCHEMA = "assay/report/v1"
# Probes that describe the source or the build, not a measurement of the running service.
NOT_MEASUREMENTS = frozenset({"build"})


def report(
    evidence: Evidence, *, track: str | None = None, outcome: Literal["scored", "aborted", "cancelled"] = "scored"
) -> dict[str, Any]:
    """Judge the evidence and lay everything out; pure, so any stored evidence gives its report again."""
    judged = judge_all(evidence, track) if outcome == "scored" else []
    card = total(
        judged,
        RUBRICS[track or evidence.track],
        evidence_digest=evidence.digest(),
        deployed=evidence.deployed,
    )
    return {
        "schema": SCHEMA,
        "source": evidence.source,
        "outcome": outcome,
        "fault": evidence.fault,
        "plan": evidence.plan,
        "services": evidence.services,
        "deployed": evidence.deployed,
        "healthy": evidence.healthy,
        "stages": evidence.stages,
        "measurements": {key: value for key, value in evidence.probes.items() if key not in NOT_MEASUREMENTS},
        "findings": [row.to_json() for row in judged],
        "scorecard": card.to_json(),
        "host": evidence.host,
        "evidence_digest": evidence.digest(),
    }
