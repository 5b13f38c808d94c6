"""Does the service keep the rate and the response time that its own team names?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed
from sandbox.load.seen import about_another, is_silent, uncertain
from sandbox.load.unit import unit_of

THRESHOLDS = {"most_failed_pct": 1.0}
POINTER = ("/probes/load/declared",)
DECLARE = "No rate is named: write `load: {rate: 50, slo_ms: 200}` in assay.yaml to have your own promise tried."


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    load = evidence.probe("load") or {}
    declared = load.get("declared")
    if not declared:
        return about_another(load) or not_applicable(DECLARE)
    p95, share = declared["p95_ms"], 100 * declared["failed"] / max(declared["sent"], 1)
    named = f"at the {unit_of(load).many(declared['rps'])} a second that the team names"
    if p95 is not None and p95 <= declared["slo_ms"] and share <= thresholds["most_failed_pct"]:
        return passed(
            f"{p95:.0f} ms at the 95th percentile {named}; {declared['slo_ms']:.0f} are promised.", evidence=POINTER
        )
    if not declared["valid"] and not is_silent(load):
        return uncertain("host busy")
    if p95 is None:
        return failed(f"Nothing was answered {named}.", evidence=POINTER)
    observed = f"{p95:.0f} ms at the 95th percentile and {share:.0f} % failed {named}; {declared['slo_ms']:.0f} ms are "
    score = 0.4 * min(1.0, declared["slo_ms"] / p95) * (1 - min(share, 100) / 100)
    return failed(f"{observed}promised.", score=round(score, 2), evidence=POINTER)


def _declared(p95_ms: float | None, **changes: Any) -> Evidence:
    row = {"rps": 50.0, "slo_ms": 200.0, "p95_ms": p95_ms, "sent": 400, "failed": 0, "valid": True} | changes
    return Evidence("general", probes={"load": {"shell": False, "declared": row}})


CHECK = Check(
    id="keeps_its_own_promise",
    version=1,
    title="Keeps the service level that its team names",
    failed_title="Misses the service level that its team names",
    why="A promise with figures that is tried by others is worth more than any adjective in a README.",
    fix="Bring the slowest route below what you promise, or promise what the load on the scorecard shows.",
    category="load",
    weight=MEDIUM,
    effort="hours",
    level=3,
    judge=judge,
    thresholds=THRESHOLDS,
    needs=("load",),
    examples=(
        Example("kept", _declared(40.0), "pass"),
        Example("too slow", _declared(700.0), "fail"),
        Example("silent", _declared(None, failed=400), "fail"),
        Example("busy host", _declared(700.0, valid=False), "inconclusive"),
        Example("nothing named", Evidence("general", probes={"load": {"shell": False}}), "not_applicable"),
    ),
)
