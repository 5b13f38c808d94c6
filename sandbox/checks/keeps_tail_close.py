"""Is the slowest per cent close to the typical request?"""

from __future__ import annotations

from sandbox.curve import less_is_better
from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, inconclusive, not_applicable, passed

BASE = {"valid": True, "why": "", "shell": False}


def judge(evidence: Evidence) -> Finding:
    load = evidence.probe("load") or {}
    if load["shell"]:
        return not_applicable("The page is only the shell of a WebSocket app.")
    if not load["valid"]:
        return inconclusive(f"The measurement does not count: {load['why']}")
    if load["p50_ms"] is None:
        return failed("No request was answered.", evidence=("/probes/load",))
    # Below 5 ms the timer and the generator are part of the figure; a ratio of two such numbers says nothing.
    ratio = load["p99_ms"] / max(load["p50_ms"], 5.0)
    score = less_is_better(ratio, median=10, p10=3)
    observed = (
        f"The 99th percentile ({load['p99_ms']:.0f} ms) is {ratio:.1f} times the median, or of 5 ms where that is less."
    )
    pointer = ("/probes/load/p50_ms", "/probes/load/p99_ms")
    return (
        passed(observed, score=score, evidence=pointer)
        if score >= 0.5
        else failed(observed, score=score, evidence=pointer)
    )


CHECK = Check(
    id="keeps_tail_close",
    version=1,
    title="Answers evenly",
    failed_title="Answers unevenly",
    why=(
        "A tail that is many times the median means that some users wait for a lock, a garbage collection or a "
        "cold cache."
    ),
    fix="Look at what the slow requests have in common; warm caches at start and keep long work off the request path.",
    category="load",
    weight=MEDIUM,
    judge=judge,
    needs=("load",),
    examples=(
        Example("even", Evidence("general", probes={"load": {**BASE, "p50_ms": 10.0, "p99_ms": 20.0}}), "pass"),
        Example("long tail", Evidence("general", probes={"load": {**BASE, "p50_ms": 10.0, "p99_ms": 900.0}}), "fail"),
    ),
)
