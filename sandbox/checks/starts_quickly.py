"""How long does the service take from start to its first good answer?"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.curve import less_is_better
from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    seconds = (evidence.probe("boot") or {}).get("ready_after_s")
    if seconds is None:
        return failed("It never became ready.", evidence=("/probes/boot",))
    score = less_is_better(seconds, median=thresholds["median_s"], p10=thresholds["p10_s"])
    observed = f"Ready {seconds:.1f} s after its start."
    pointer = ("/probes/boot/ready_after_s",)
    return (
        passed(observed, score=score, evidence=pointer)
        if score >= 0.5
        else failed(observed, score=score, evidence=pointer)
    )


CHECK = Check(
    id="starts_quickly",
    version=1,
    title="Starts quickly",
    failed_title="Starts slowly",
    why="A service that starts in seconds can be replaced, scaled and rolled back without anybody noticing.",
    fix="Load models and open connections lazily or at build time, and leave migrations to a separate step.",
    category="deploy",
    weight=MEDIUM,
    effort="hours",
    level=2,
    thresholds={"median_s": 30, "p10_s": 5},
    judge=judge,
    needs=("boot",),
    examples=(
        Example("two seconds", Evidence("general", probes={"boot": {"ready_after_s": 2.0}}), "pass"),
        Example("a minute", Evidence("general", probes={"boot": {"ready_after_s": 60.0}}), "fail"),
        Example("never", Evidence("general", probes={"boot": {"ready_after_s": None}}), "fail"),
    ),
)
