"""Are others served as before while many connections say nothing and some clients are very slow?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed
from sandbox.load.seen import answered_before, uncertain
from sandbox.load.unit import unit_of

THRESHOLDS = {"most_growth_pct": 50.0, "most_failed_pct": 1.0}
POINTER = ("/probes/load/crowd",)
# What a timer and a scheduler may add to an answer of a few milliseconds.
FLOOR_MS = 10.0


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    load = evidence.probe("load") or {}
    if other := answered_before(load, "crowd", POINTER):
        return other
    crowd = load["crowd"]
    if crowd is None:
        return uncertain("")
    before, now = crowd["before_p95_ms"], crowd["p95_ms"]
    share = 100 * crowd["failed"] / max(crowd["sent"], 1)
    allowed = max((before or 0.0) * (1 + thresholds["most_growth_pct"] / 100), (before or 0.0) + FLOOR_MS)
    beside = "beside 100 quiet connections and 20 slow clients"
    if now is not None and now <= allowed and share <= thresholds["most_failed_pct"]:
        return passed(f"95 % were answered within {now:.0f} ms {beside}.", evidence=POINTER)
    if not crowd["valid"]:
        return uncertain(crowd["why"])
    if now is None or share > thresholds["most_failed_pct"]:
        observed = f"{share:.0f} % of the {unit_of(load).name}s failed {beside}."
        return failed(observed, score=round(max(0.0, 0.5 - share / 100), 2), evidence=POINTER)
    observed = f"95 % took {now:.0f} ms {beside}, and {before or 0:.0f} ms without them."
    return failed(observed, score=0.4, evidence=POINTER)


def _crowd(p95_ms: float | None, failures: int, **changes: Any) -> Evidence:
    row = {"before_p95_ms": 20.0, "p95_ms": p95_ms, "failed": failures, "sent": 120, "valid": True, "why": ""}
    return Evidence("general", probes={"load": {"shell": False, "crowd": row | changes}})


CHECK = Check(
    id="bears_slow_clients",
    version=1,
    title="Slow clients do not hurt the others",
    failed_title="Slow clients hurt the others",
    why=(
        "Phones on trains keep connections open and send a byte now and then. A server that gives each of them a "
        "worker is out of workers soon, without any traffic."
    ),
    fix="Use an event-driven server or put one in front, and set time limits for heads and idle connections.",
    category="load",
    weight=MEDIUM,
    effort="hours",
    level=3,
    judge=judge,
    thresholds=THRESHOLDS,
    needs=("load",),
    examples=(
        Example("as before", _crowd(22.0, 0), "pass"),
        Example("twice as slow", _crowd(60.0, 0), "fail"),
        Example("out of workers", _crowd(None, 120), "fail"),
        Example("busy host", _crowd(60.0, 0, valid=False, why="host busy"), "inconclusive"),
        Example("before", Evidence("general", probes={"load": {"shell": False}}), "inconclusive"),
    ),
)
