"""How long is it away when it is restarted?"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.curve import less_is_better
from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    seconds = (evidence.probe("restart") or {}).get("ready_after_s")
    pointer = ("/probes/restart/ready_after_s",)
    if seconds is None:
        return failed("It did not answer again after the restart.", evidence=pointer)
    score = less_is_better(seconds, median=thresholds["median_s"], p10=thresholds["p10_s"])
    observed = f"It was away for {seconds:.1f} s, of a budget of {thresholds['median_s']:g} s."
    result = passed if score >= 0.5 else failed
    return result(observed, score=score, evidence=pointer)


def _seen(seconds: float | None) -> Evidence:
    return Evidence("general", probes={"restart": {"answers": seconds is not None, "ready_after_s": seconds}})


CHECK = Check(
    id="restarts_quickly",
    version=1,
    title="Is back quickly after a restart",
    failed_title="Takes long to be back after a restart",
    why=(
        "Four nines allow less than an hour a year. With a restart of seconds a crash is a hiccup; with one of minutes "
        "each release spends the budget of a month."
    ),
    fix="Keep on disk what the start computes, load large files lazily, and do not wait for what need not be there.",
    category="deploy",
    weight=MEDIUM,
    effort="hours",
    level=2,
    thresholds={"median_s": 10, "p10_s": 3},
    follows="survives_restart",
    judge=judge,
    needs=("restart",),
    examples=(
        Example("a second", _seen(1.2), "pass"),
        Example("half a minute", _seen(30.0), "fail"),
        Example("never", _seen(None), "fail"),
    ),
)
