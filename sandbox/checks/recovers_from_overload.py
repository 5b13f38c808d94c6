"""Is the service as fast as before, soon after an overload has ended?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed
from sandbox.load.seen import answered_before, not_overloaded, uncertain

THRESHOLDS = {"most_s": 10.0}
POINTER = ("/probes/load/recovery",)


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    load = evidence.probe("load") or {}
    if other := answered_before(load, "recovery", POINTER):
        return other
    recovery = load["recovery"]
    if recovery is None:
        return not_overloaded(load)
    after, most = recovery["after_s"], thresholds["most_s"]
    if after is not None and after < most:
        return passed(f"It was as fast as before {after} s after the overload.", evidence=POINTER)
    if not recovery["valid"]:
        return uncertain(recovery["why"])
    share = recovery["failed"] / max(recovery["sent"], 1)
    observed = f"{recovery['seconds']:.0f} s after an overload it was not as fast as before; {share:.0%} still failed."
    return failed(observed, score=round(0.4 * (1 - share), 2), evidence=POINTER)


def _load(after_s: int | None, **changes: Any) -> Evidence:
    row = {"after_s": after_s, "seconds": 10.0, "failed": 120, "sent": 200, "valid": True, "why": ""} | changes
    return Evidence("general", probes={"load": {"shell": False, "recovery": row}})


CHECK = Check(
    id="recovers_from_overload",
    version=1,
    title="Recovers from an overload",
    failed_title="Does not recover from an overload",
    why=(
        "A wave of visitors ends. A service that goes on answering requests whose senders have left, or that has lost "
        "its workers, stays down after it."
    ),
    fix="Drop what nobody waits for any more, bound the queue, and let pools give back what they took.",
    category="load",
    weight=HIGH,
    effort="hours",
    level=2,
    judge=judge,
    thresholds=THRESHOLDS,
    needs=("load",),
    examples=(
        Example("at once", _load(0), "pass"),
        Example("never", _load(None), "fail"),
        Example("busy host", _load(None, valid=False, why="host busy"), "inconclusive"),
        Example("before", Evidence("general", probes={"load": {"shell": False}}), "inconclusive"),
    ),
)
