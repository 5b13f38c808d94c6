"""The report: evidence, findings and scorecard in the one JSON form that every reader gets."""

from __future__ import annotations

from typing import Any, Literal

from sandbox.checks import judge_all
from sandbox.evidence import Evidence
from sandbox.scorecard import RUBRICS, cap_of, total

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
        cap=cap_of(deployed=evidence.deployed, finished=evidence.finished),
    )
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
        "findings": [row.to_json() for row in judged],
        "scorecard": card.to_json(),
        "host": evidence.host,
        "evidence_digest": evidence.digest(),
    }


def _plan(plan: dict[str, Any] | None) -> dict[str, Any] | None:
    if plan is None:
        return None
    return plan | {"refused": [{"what": note["id"], **note} for note in plan.get("refused", ())]}


def gain(report: dict[str, Any], row: dict[str, Any]) -> float:
    """Points of the total that a row of the report's findings would add if its score became 1.

    0 for a row that is not judged, or whose rubric this version does not know any more.
    """
    if row["score"] is None or row["score"] >= 1:
        return 0.0
    weights = next((one.weights for one in RUBRICS.values() if one.name == report["scorecard"]["rubric"]), {})
    judged = [other for other in report["findings"] if other["score"] is not None]
    counted = {other["category"] for other in judged if other["category"] in weights}
    inside = sum(other["weight"] for other in judged if other["category"] == row["category"])
    total_weight = sum(weights[category] for category in counted)
    if row["category"] not in counted or not inside or not total_weight:
        return 0.0
    share = weights[row["category"]] / total_weight * row["weight"] / inside
    return float(round(100 * share * (1 - row["score"]), 1))
