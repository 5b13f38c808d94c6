"""Does the service go on working when twice as much comes as it can take?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed
from sandbox.load.seen import answered_before, not_overloaded, uncertain

THRESHOLDS = {"least_goodput_pct": 70.0, "least_shed_pct": 90.0}
POINTER = ("/probes/load/overload",)


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    load = evidence.probe("load") or {}
    if other := answered_before(load, "overload", POINTER):
        return other
    rows = load["overload"]
    if not rows:
        return not_overloaded(load)
    worst = min(rows, key=lambda row: row["goodput_share"])
    goodput, shed = 100 * worst["goodput_share"], 100 * worst["shed_quickly"] / max(worst["failed"], 1)
    observed = (
        f"At {worst['factor']:g} times its capacity it still answered {min(goodput, 100):.0f} % of what it can, and "
        f"refused {min(shed, 100):.0f} % of the rest within a second."
    )
    if goodput >= thresholds["least_goodput_pct"] or (worst["failed"] and shed >= thresholds["least_shed_pct"]):
        return passed(observed, evidence=POINTER)
    if not worst["valid"]:
        return uncertain(worst["why"])
    return failed(observed, score=round(0.7 * min(1.0, goodput / thresholds["least_goodput_pct"]), 2), evidence=POINTER)


def _load(goodput_share: float, shed: int, **changes: Any) -> Evidence:
    row: dict[str, Any] = {
        "factor": 2.0,
        "goodput_share": goodput_share,
        "shed_quickly": shed,
        "sent": 2000,
        "failed": 1000,
    }
    row |= {"valid": True, "why": ""} | changes
    return Evidence("general", probes={"load": {"shell": False, "overload": [row]}})


CHECK = Check(
    id="sheds_overload",
    version=1,
    title="Goes on working under twice its load",
    failed_title="Falls over under twice its load",
    why=(
        "When more comes than a service can take, it can refuse the rest at once (429 or 503) and serve the others, or "
        "take everything and serve nobody. Retries then make it worse."
    ),
    fix="Bound the number of requests at work and in the queue (a concurrency limit), and answer 503 beyond it.",
    category="load",
    weight=HIGH,
    effort="hours",
    level=3,
    judge=judge,
    thresholds=THRESHOLDS,
    needs=("load",),
    examples=(
        Example("serves as much as ever", _load(0.96, 0), "pass"),
        Example("refuses the rest at once", _load(0.5, 980), "pass"),
        Example("serves a tenth", _load(0.1, 0), "fail"),
        Example("busy host", _load(0.1, 0, valid=False, why="host busy"), "inconclusive"),
        Example(
            "more than our generator can send",
            Evidence("general", probes={"load": {"shell": False, "overload": [], "capacity": {"valid": True}}}),
            "not_applicable",
        ),
    ),
)
