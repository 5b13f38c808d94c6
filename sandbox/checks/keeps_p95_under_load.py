"""How long do the slowest five per cent of requests wait under the standard rate?"""

from __future__ import annotations

from sandbox.curve import less_is_better
from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed
from sandbox.load.seen import about_another, is_silent, uncertain
from sandbox.load.unit import unit_of

THRESHOLDS = {"median_ms": 400.0, "p10_ms": 100.0}
BASE = {"valid": True, "why": "the generator was late.", "shell": False, "rate_rps": 20.0, "p95_ms": 10.0}
POINTER = ("/probes/load/p95_ms", "/probes/load/histogram")


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    load = evidence.probe("load") or {}
    if other := about_another(load):
        return other
    if is_silent(load):
        return failed("No request was answered.", evidence=POINTER)
    if not load["valid"]:
        return uncertain(load["why"])
    p95 = load["p95_ms"]
    if p95 is None:
        return failed("No request was answered.", evidence=POINTER)
    unit = unit_of(load)
    score = less_is_better(p95 / unit.requests, median=thresholds["median_ms"], p10=thresholds["p10_ms"])
    observed = f"95 % of the {unit.name}s were answered within {p95:.0f} ms at {load['rate_rps']:.0f} a second"
    low, high = load.get("p95_low_ms"), load.get("p95_high_ms")
    observed += f" ({low:.0f} to {high:.0f} ms in repeated windows)." if low is not None and high is not None else "."
    verdict = passed if score >= 0.5 else failed
    return verdict(observed, score=score, evidence=POINTER)


CHECK = Check(
    id="keeps_p95_under_load",
    version=2,
    title="Stays fast under load",
    failed_title="Becomes slow under load",
    why=(
        "Averages hide what users feel. The 95th percentile, counted from when a request was due, shows it, also "
        "when the server froze for a moment."
    ),
    fix="Profile the slowest route; cache what does not change and move long work to a queue.",
    category="load",
    weight=HIGH,
    effort="hours",
    level=2,
    judge=judge,
    thresholds=THRESHOLDS,
    needs=("load",),
    examples=(
        Example("fast", Evidence("general", probes={"load": {**BASE, "p95_ms": 12.0}}), "pass"),
        Example(
            "sessions",
            Evidence("ai", probes={"load": {**BASE, "unit": "session", "rate_rps": 2.0, "p95_ms": 930.0}}),
            "pass",
        ),
        Example("frozen", Evidence("general", probes={"load": {**BASE, "p95_ms": 930.0}}), "fail"),
        Example("late generator", Evidence("general", probes={"load": {**BASE, "valid": False}}), "inconclusive"),
        Example("shell", Evidence("ai", probes={"load": {**BASE, "shell": True}}), "not_applicable"),
    ),
)
