"""Does memory stay where it is under a steady load?"""

from __future__ import annotations

from typing import Any

from sandbox.curve import less_is_better
from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, inconclusive, not_applicable, passed
from sandbox.load.seen import OLD, about_another
from sandbox.load.unit import unit_of

THRESHOLDS = {"median_mb": 8.0, "p10_mb": 1.0}
POINTER = ("/probes/load/soak", "/probes/load/timeline")
# Less growth, or growth that is no line, is what a heap does on an ordinary day.
LEAST_BYTES, LEAST_R2 = 4_000_000, 0.8
PER = 10_000


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    load = evidence.probe("load") or {}
    if other := about_another(load):
        return other
    if "soak" not in load:
        return inconclusive(OLD)
    soak = load["soak"]
    if soak is None and (evidence.host.get("limits") or {}).get("load_soak_s") == 0:
        return not_applicable("This site runs no steady load that is long enough.")
    if soak is None or soak["bytes_per_s"] is None or not soak["requests"]:
        return inconclusive("There was no steady load long enough to see a slope.")
    growth = soak["bytes_per_s"] * soak["seconds"]
    megabytes = max(0.0, growth / soak["requests"] * PER / 1e6)
    unit = unit_of(load)
    megabytes /= unit.requests
    seconds = f"{soak['seconds']:.0f} s of {unit.many(soak['rps'])} a second"
    if growth < LEAST_BYTES or soak["r2"] < LEAST_R2:
        return passed(f"Memory had no slope over {seconds}.", evidence=POINTER)
    score = less_is_better(megabytes, median=thresholds["median_mb"], p10=thresholds["p10_mb"])
    observed = f"Over {seconds} memory grew steadily: {megabytes:.1f} MB every {unit.many(PER // unit.requests)}."
    verdict = passed if score >= 0.5 else failed
    return verdict(observed, score=score, evidence=POINTER)


def _soak(bytes_per_s: float, r2: float) -> Evidence:
    soak: dict[str, Any] = {"seconds": 30.0, "requests": 15_000, "rps": 500.0, "bytes_per_s": bytes_per_s, "r2": r2}
    return Evidence("general", probes={"load": {"soak": soak}})


CHECK = Check(
    id="keeps_memory_flat",
    version=1,
    title="Memory stays flat under a steady load",
    failed_title="Memory grows with every request",
    why=(
        "A kilobyte that is kept of each request is a gigabyte after a million of them. A straight line under a steady "
        "load shows it in half a minute, long before the limit does."
    ),
    fix="Give caches a size and lists an end; close what you open; look at what tracemalloc or a heap profile counts.",
    category="load",
    weight=MEDIUM,
    effort="hours",
    level=2,
    judge=judge,
    thresholds=THRESHOLDS,
    needs=("load",),
    examples=(
        Example("flat", _soak(900.0, 0.1), "pass"),
        Example(
            "a site without a soak",
            Evidence("general", host={"limits": {"load_soak_s": 0.0}}, probes={"load": {"soak": None}}),
            "not_applicable",
        ),
        Example("a heap that moves", _soak(400_000.0, 0.3), "pass"),
        Example("four kilobytes a request", _soak(2_000_000.0, 0.99), "fail"),
        Example("shell", Evidence("ai", probes={"load": {"shell": True}}), "not_applicable"),
        Example("before", Evidence("general", probes={"load": {}}), "inconclusive"),
        Example("none", Evidence("general", probes={"load": {"soak": None}}), "inconclusive"),
    ),
)
