"""How often is a model that fails asked again for one question, and with what pauses?"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sandbox.assistant.judging import evidence_of, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_shown, passed

LASTING = ("failing", "overloaded", "limited", "reset")


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    faults = (evidence.probe("ai_faults") or {})["faults"]
    met = {name: faults[name] for name in LASTING if name in faults and faults[name]["calls"]}
    pointer = ("/probes/ai_faults/faults",)
    if not met:
        return not_shown("The questions were answered without the model that failed.")
    retries = max(row["calls"] - 1 for row in met.values())
    gaps = [after - before for row in met.values() for before, after in pairwise(row["at_s"])]
    least = min(gaps, default=0.0)
    if not retries:
        observed = "A model that fails is asked once for each question, and never again."
        return passed(
            observed, score=0.6, fix="Try again once or twice after a pause: most failures pass.", evidence=pointer
        )
    observed = (
        f"A model that fails is asked again up to {retries} times for one question, after {least:.2f} s at least."
    )
    storm = retries > thresholds["most_retries"]
    hasty = least < thresholds["least_pause_s"]
    if storm or hasty:
        return failed(observed, score=0.0 if storm and hasty else 0.4, evidence=pointer)
    return passed(observed, evidence=pointer)


def _evidence(*at_s: float) -> Evidence:
    row: dict[str, Any] = {"calls": len(at_s), "at_s": list(at_s)}
    return evidence_of(ai_faults={"faults": {"failing": row}})


CHECK = Check(
    id="retries_with_restraint",
    version=1,
    title="Asks a failing model again with restraint",
    failed_title="Storms a model that fails",
    why=(
        "One retry after a pause hides most failures. Many without one multiply the load on a provider that is down, "
        "and the bill: with three layers of three retries a question becomes 27 calls."
    ),
    fix="At most three retries in all, with a pause that doubles each time and some jitter, in one layer only.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("ai_ask", "ai_faults"),
    tracks=("ai",),
    level=3,
    follows="calls_models",
    thresholds={"most_retries": 3.0, "least_pause_s": 0.1},
    examples=(
        Example("pauses", _evidence(0.0, 0.4, 1.3), "pass"),
        Example("once", _evidence(0.0), "pass"),
        Example("storm", _evidence(*(0.01 * number for number in range(9))), "fail"),
        Example("too many", _evidence(0, 1, 2, 3, 4, 5), "fail"),
        Example("not asked", _evidence(), "inconclusive"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
