"""Are requests at the standard rate answered without failures?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, inconclusive, passed

BASE = {"valid": True, "why": "", "sent": 200, "rate_rps": 20.0, "failure_pct": 0.0}


def judge(evidence: Evidence) -> Finding:
    load = evidence.probe("load") or {}
    if not load["valid"]:
        return inconclusive(f"The measurement does not count: {load['why']}")
    percent, pointer = load["failure_pct"], ("/probes/load/failure_pct", "/probes/load/timeline")
    observed = f"{percent:.1f} % of {load['sent']} requests at {load['rate_rps']:.0f} a second failed."
    if changed := load.get("answers_changed"):
        observed += f" {changed} of them were answered, but not as the same requests are when nothing else happens."
    if percent <= 1:
        return passed(observed, evidence=pointer)
    return failed(observed, score=round(max(0.0, 0.5 - percent / 40), 2), evidence=pointer)


CHECK = Check(
    id="sustains_standard_rate",
    version=1,
    title="Sustains the standard rate",
    failed_title="Fails under the standard rate",
    why=(
        "Every entry gets the same steady stream of requests. Anything refused, failed or left unanswered is a "
        "user who left."
    ),
    fix="Look for errors in the log at that rate; raise the number of workers, and take slow work out of the request.",
    category="load",
    weight=CRITICAL,
    judge=judge,
    needs=("load",),
    examples=(
        Example("none failed", Evidence("general", probes={"load": {**BASE, "failure_pct": 0.0}}), "pass"),
        Example("a third failed", Evidence("general", probes={"load": {**BASE, "failure_pct": 33.0}}), "fail"),
        Example(
            "busy host",
            Evidence("general", probes={"load": {**BASE, "valid": False, "why": "the generator was late."}}),
            "inconclusive",
        ),
    ),
)
