"""How many requests a second does the service answer when it is pushed?"""

from __future__ import annotations

from typing import Any

from sandbox.curve import more_is_better
from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed
from sandbox.load.seen import about_another, is_silent, uncertain
from sandbox.load.unit import unit_of

THRESHOLDS = {"median_rps": 50.0, "p10_rps": 200.0}
POINTER = ("/probes/load/capacity", "/probes/load/steps")


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    load = evidence.probe("load") or {}
    if other := about_another(load):
        return other
    if is_silent(load):
        return failed("No request was answered, however few were sent.", evidence=POINTER)
    found = load.get("capacity") or _of_before(load)
    if not found["valid"]:
        return uncertain(found["why"])
    rate, unit = found["rps"], unit_of(load)
    score = more_is_better(rate * unit.requests, median=thresholds["median_rps"], p10=thresholds["p10_rps"])
    observed = f"It answered {'at least ' if found['at_least'] else ''}{unit.many(rate)} a second on one core"
    if found["high"] > found["low"]:
        observed += f" ({unit.figure(found['low'])} to {unit.figure(found['high'])} in repeated steps)"
    observed += "; the repeats were far apart, so the lowest counts." if found["noisy"] else "."
    verdict = passed if score >= 0.5 else failed
    return verdict(observed, score=score, evidence=POINTER)


def _of_before(load: dict[str, Any]) -> dict[str, Any]:
    """The same of an evaluation that measured it once."""
    rate = load["capacity_rps"]
    of_before = {"rps": rate, "low": rate, "high": rate, "noisy": False, "at_least": load["at_least"]}
    return of_before | {"valid": load["valid"], "why": load["why"]}


def _load(rps: float, **changes: Any) -> Evidence:
    capacity: dict[str, Any] = {"rps": rps, "low": rps * 0.95, "high": rps, "users": 8, "noisy": False, "failed": 0}
    capacity |= {"at_least": False, "valid": True, "why": ""} | changes
    return Evidence("general", probes={"load": {"shell": False, "capacity": capacity}})


BEFORE = {"shell": False, "valid": True, "why": "", "at_least": False, "capacity_rps": 300.0}

CHECK = Check(
    id="has_capacity",
    version=2,
    title="Has capacity to spare",
    failed_title="Has little capacity",
    why="One core that answers 50 requests a second carries a small product; 200 leaves room for a good day.",
    fix="Measure where the time goes; use an async or multi-worker server, and avoid loading things for each request.",
    category="load",
    weight=HIGH,
    effort="days",
    level=2,
    judge=judge,
    thresholds=THRESHOLDS,
    needs=("load",),
    examples=(
        Example("plenty", _load(800.0), "pass"),
        Example("little", _load(9.0), "fail"),
        Example("more than our generator can send", _load(4100.0, at_least=True), "pass"),
        Example("repeats far apart", _load(120.0, low=120.0, high=190.0, noisy=True), "pass"),
        Example("busy host", _load(9.0, valid=False, why="host busy: others used 1.20 of a core"), "inconclusive"),
        Example("measured once, as it was before", Evidence("general", probes={"load": BEFORE}), "pass"),
        Example("shell", Evidence("ai", probes={"load": {"shell": True}}), "not_applicable"),
        Example(
            "sessions of a page",
            Evidence("ai", probes={"load": {**BEFORE, "unit": "session", "capacity_rps": 12.5}}),
            "pass",
        ),
        Example(
            "silent",
            Evidence("ai", probes={"load": {"shell": False, "steps": [{"done": 0}, {"done": 0}]}}),
            "fail",
        ),
    ),
)
