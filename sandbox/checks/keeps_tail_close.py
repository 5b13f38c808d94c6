"""Is the slowest per cent close to the typical request?"""

from __future__ import annotations

from sandbox.curve import less_is_better
from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed
from sandbox.load.seen import about_another, is_silent, uncertain

THRESHOLDS = {"median_times": 10.0, "p10_times": 3.0}
BASE = {"valid": True, "why": "", "shell": False}
POINTER = ("/probes/load/p50_ms", "/probes/load/p99_ms")
# Below this the timer and the generator are part of the figure; a ratio of two such numbers says nothing.
FLOOR_MS = 5.0


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    load = evidence.probe("load") or {}
    if other := about_another(load):
        return other
    if is_silent(load):
        return failed("No request was answered.", evidence=POINTER)
    if not load["valid"]:
        return uncertain(load["why"])
    if load["p50_ms"] is None:
        return failed("No request was answered.", evidence=("/probes/load",))
    ratio = load["p99_ms"] / max(load["p50_ms"], FLOOR_MS)
    score = less_is_better(ratio, median=thresholds["median_times"], p10=thresholds["p10_times"])
    observed = (
        f"The 99th percentile ({load['p99_ms']:.0f} ms) is {ratio:.1f} times the median, or of 5 ms where that is less."
    )
    verdict = passed if score >= 0.5 else failed
    return verdict(observed, score=score, evidence=POINTER)


CHECK = Check(
    id="keeps_tail_close",
    version=2,
    title="Answers evenly",
    failed_title="Answers unevenly",
    why=(
        "A tail that is many times the median means that some users wait for a lock, a garbage collection or a "
        "cold cache."
    ),
    fix="Look at what the slow requests have in common; warm caches at start and keep long work off the request path.",
    category="load",
    weight=MEDIUM,
    effort="hours",
    level=3,
    judge=judge,
    thresholds=THRESHOLDS,
    needs=("load",),
    examples=(
        Example("even", Evidence("general", probes={"load": {**BASE, "p50_ms": 10.0, "p99_ms": 20.0}}), "pass"),
        Example("long tail", Evidence("general", probes={"load": {**BASE, "p50_ms": 10.0, "p99_ms": 900.0}}), "fail"),
    ),
)
