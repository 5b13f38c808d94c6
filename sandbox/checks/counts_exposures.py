"""Do its metrics count how often each variant was given?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.assistant.judging import evidence_of, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_variants") or {}
    pointer = ("/probes/ai_variants/exposures",)
    arms = seen.get("arms")
    if not arms:
        return not_applicable("No experiment was seen: declare `ai.assignment` in assay.yaml where there is one.")
    counted = seen["exposures"]
    if counted is None:
        return failed("There is no metrics page that could count exposures.", evidence=pointer)
    exact = [
        arm
        for arm, given in arms.items()
        if arm in counted and abs(counted[arm]["rise"] - given) <= max(1.0, given * thresholds["most_off_pct"] / 100)
    ]
    rows = [f"{arm} was given {given} times and counted {_rise(counted, arm)}" for arm, given in sorted(arms.items())]
    observed = f"Variant {'; '.join(rows)}."
    if len(exact) == len(arms):
        return passed(observed, evidence=pointer)
    return failed(observed, score=round(0.5 * len(exact) / len(arms), 2), evidence=pointer)


def _rise(counted: dict[str, Any], arm: str) -> str:
    return f"{counted[arm]['rise']:.0f}" if arm in counted else "in no series"


def _evidence(exposures: dict[str, float] | None) -> Evidence:
    rows = {arm: {"series": "exposures_total", "rise": rise} for arm, rise in (exposures or {}).items()}
    return evidence_of(ai_variants={"arms": {"a": 205, "b": 195}, "exposures": None if exposures is None else rows})


CHECK = Check(
    id="counts_exposures",
    version=1,
    title="Counts who met which variant",
    failed_title="Does not count who met which variant",
    why=(
        "Without a count of exposures an experiment has no denominator: nobody can say how good a variant was, nor see "
        "that one of them is never shown."
    ),
    fix="Add a counter with the variant as its label, and raise it each time somebody is given one.",
    category="track",
    weight=LOW,
    judge=judge,
    needs=("ai_ask", "ai_variants"),
    tracks=("ai",),
    effort="minutes",
    level=3,
    follows="exposes_metrics",
    thresholds={"most_off_pct": 2.0},
    examples=(
        Example("exact", _evidence({"a": 205.0, "b": 195.0}), "pass"),
        Example("half", _evidence({"a": 205.0}), "fail"),
        Example("no page", _evidence(None), "fail"),
        Example("no experiment", evidence_of(ai_variants={"field": None}), "not_applicable"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
