"""How many requests a second does the service answer when it is pushed?"""

from __future__ import annotations

from sandbox.curve import more_is_better
from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, inconclusive, not_applicable, passed

BASE = {"valid": True, "why": "", "shell": False, "at_least": False, "capacity_rps": 100.0}


def judge(evidence: Evidence) -> Finding:
    load = evidence.probe("load") or {}
    if load["shell"]:
        return not_applicable("The page is only the shell of a WebSocket app: its throughput is not the app's.")
    if not load["valid"]:
        return inconclusive(f"The measurement does not count: {load['why']}")
    rate, pointer = load["capacity_rps"], ("/probes/load/capacity_rps",)
    score = more_is_better(rate, median=50, p10=200)
    observed = f"It answered {'at least ' if load['at_least'] else ''}{rate:.0f} requests a second on one core."
    return (
        passed(observed, score=score, evidence=pointer)
        if score >= 0.5
        else failed(observed, score=score, evidence=pointer)
    )


CHECK = Check(
    id="has_capacity",
    version=1,
    title="Has capacity to spare",
    failed_title="Has little capacity",
    why="One core that answers 50 requests a second carries a small product; 200 leaves room for a good day.",
    fix="Measure where the time goes; use an async or multi-worker server, and avoid loading things for each request.",
    category="load",
    weight=HIGH,
    judge=judge,
    needs=("load",),
    examples=(
        Example("plenty", Evidence("general", probes={"load": {**BASE, "capacity_rps": 800.0}}), "pass"),
        Example("little", Evidence("general", probes={"load": {**BASE, "capacity_rps": 9.0}}), "fail"),
        Example("shell", Evidence("ai", probes={"load": {**BASE, "shell": True}}), "not_applicable"),
    ),
)
