"""Up to which rate does the service keep answering within the objective?"""

from __future__ import annotations

from typing import Any

from sandbox.curve import more_is_better
from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed
from sandbox.load.seen import answered_before, uncertain
from sandbox.load.unit import Unit, unit_of

THRESHOLDS = {"median_rps": 40.0, "p10_rps": 160.0}
POINTER = ("/probes/load/levels", "/probes/load/slo_ms")


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    load = evidence.probe("load") or {}
    if other := answered_before(load, "levels", POINTER):
        return other
    levels = load["levels"]
    if not levels:
        return _beyond(load.get("capacity") or {}, thresholds, unit_of(load))
    kept = [level for level in levels if level["passed"]]
    last = levels[-1]
    if not last["passed"] and not last["valid"]:
        return uncertain(last["why"])
    rate, unit = max((level["rps"] for level in kept), default=0.0), unit_of(load)
    score = more_is_better(rate * unit.requests, median=thresholds["median_rps"], p10=thresholds["p10_rps"])
    slo = f"95 % within {load['slo_ms']:.0f} ms and at most 1 % failed"
    if not kept:
        return failed(f"A quarter of its capacity was already too much for {slo}.", score=score, evidence=POINTER)
    share = max(level["fraction"] for level in kept)
    observed = f"It kept {slo} up to {unit.many(rate)} a second, {share:.0%} of its capacity."
    verdict = passed if score >= 0.5 else failed
    return verdict(observed, score=score, evidence=POINTER)


def _beyond(capacity: dict[str, Any], thresholds: dict[str, float], unit: Unit) -> Finding:
    """No level was tried: a quarter of what it answers is more than we can send evenly, or nothing was known of it."""
    if not capacity.get("valid"):
        return uncertain(capacity.get("why", ""))
    if not capacity.get("rps"):
        return failed("Nothing was answered in time when it was pushed.", score=0.0, evidence=POINTER)
    score = more_is_better(
        capacity["rps"] / 4 * unit.requests, median=thresholds["median_rps"], p10=thresholds["p10_rps"]
    )
    return passed("It answers more than our generator can send evenly.", score=score, evidence=POINTER)


def _levels(*rows: tuple[float, float, bool], unit: str = "request", **changes: Any) -> Evidence:
    levels = [
        {"fraction": fraction, "rps": rps, "passed": ok, "p95_ms": 50.0, "valid": True, "why": ""} | changes
        for fraction, rps, ok in rows
    ]
    return Evidence("general", probes={"load": {"shell": False, "unit": unit, "slo_ms": 300.0, "levels": levels}})


CHECK = Check(
    id="keeps_slo_as_load_grows",
    version=1,
    title="Keeps its objective as the load grows",
    failed_title="Loses its objective early as the load grows",
    why=(
        "What a service can take when nobody minds the wait is one number; what it can take while everybody is served "
        "in time is the one that users feel. It is tried at a quarter, a half, 70 and 85 % of the capacity."
    ),
    fix="Bound the queue in front of the workers, take slow work off the request path, and give each worker its own.",
    category="load",
    weight=HIGH,
    effort="days",
    level=3,
    judge=judge,
    thresholds=THRESHOLDS,
    needs=("load",),
    examples=(
        Example("nearly to its capacity", _levels((0.25, 100.0, True), (0.5, 200.0, True), (0.7, 280.0, True)), "pass"),
        Example("fails at a half", _levels((0.25, 10.0, True), (0.5, 20.0, False)), "fail"),
        Example("fails at a quarter", _levels((0.25, 100.0, False)), "fail"),
        Example("busy host", _levels((0.25, 100.0, False), valid=False, why="host busy"), "inconclusive"),
        Example("sessions", _levels((0.25, 3.0, True), (0.5, 6.0, True), unit="session"), "pass"),
        Example("before", Evidence("general", probes={"load": {"shell": False}}), "inconclusive"),
    ),
)
