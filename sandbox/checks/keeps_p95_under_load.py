"""How long do the slowest five per cent of requests wait under the standard rate?"""

from __future__ import annotations

from sandbox.curve import less_is_better
from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, inconclusive, not_applicable, passed

BASE = {"valid": True, "why": "the generator was late.", "shell": False, "rate_rps": 20.0, "p95_ms": 10.0}


def judge(evidence: Evidence) -> Finding:
    load = evidence.probe("load") or {}
    if load["shell"]:
        return not_applicable("The page is only the shell of a WebSocket app: its latency is not the app's.")
    if not load["valid"]:
        return inconclusive(f"The measurement does not count: {load['why']}")
    p95, pointer = load["p95_ms"], ("/probes/load/p95_ms", "/probes/load/histogram")
    if p95 is None:
        return failed("No request was answered.", evidence=pointer)
    score = less_is_better(p95, median=400, p10=100)
    observed = f"95 % of the requests were answered within {p95:.0f} ms at {load['rate_rps']:.0f} a second."
    return (
        passed(observed, score=score, evidence=pointer)
        if score >= 0.5
        else failed(observed, score=score, evidence=pointer)
    )


CHECK = Check(
    id="keeps_p95_under_load",
    version=1,
    title="Stays fast under load",
    failed_title="Becomes slow under load",
    why=(
        "Averages hide what users feel. The 95th percentile, counted from when a request was due, shows it, also "
        "when the server froze for a moment."
    ),
    fix="Profile the slowest route; cache what does not change and move long work to a queue.",
    category="load",
    weight=HIGH,
    judge=judge,
    needs=("load",),
    examples=(
        Example("fast", Evidence("general", probes={"load": {**BASE, "p95_ms": 12.0}}), "pass"),
        Example("frozen", Evidence("general", probes={"load": {**BASE, "p95_ms": 930.0}}), "fail"),
        Example("late generator", Evidence("general", probes={"load": {**BASE, "valid": False}}), "inconclusive"),
        Example("shell", Evidence("ai", probes={"load": {**BASE, "shell": True}}), "not_applicable"),
    ),
)
