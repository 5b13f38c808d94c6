"""Are requests at the standard rate answered without failures?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, passed
from sandbox.load.seen import about_another, is_silent, uncertain
from sandbox.load.unit import unit_of

THRESHOLDS = {"most_failed_pct": 1.0}
BASE = {"valid": True, "why": "", "sent": 200, "rate_rps": 20.0, "failure_pct": 0.0}
POINTER = ("/probes/load/failure_pct", "/probes/load/timeline")


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    """On a busy host only what went wrong is in doubt: what was answered there is answered on a quiet one, too."""
    load = evidence.probe("load") or {}
    if other := about_another(load):
        return other
    percent, unit = load["failure_pct"], unit_of(load)
    observed = f"{percent:.1f} % of {unit.many(load['sent'])} at {load['rate_rps']:.0f} a second failed."
    if changed := load.get("answers_changed"):
        observed += f" {changed} of them were answered, but not as the same {unit.name}s are when nothing else happens."
    if percent <= thresholds["most_failed_pct"]:
        return passed(observed, evidence=POINTER)
    if not load["valid"] and not is_silent(load):
        return uncertain(load["why"])
    return failed(observed, score=round(max(0.0, 0.5 - percent / 40), 2), evidence=POINTER)


CHECK = Check(
    id="sustains_standard_rate",
    version=2,
    title="Sustains the standard rate",
    failed_title="Fails under the standard rate",
    why=(
        "Every entry gets the same steady stream of requests. Anything refused, failed or left unanswered is a "
        "user who left."
    ),
    fix="Look for errors in the log at that rate; raise the number of workers, and take slow work out of the request.",
    category="load",
    weight=CRITICAL,
    effort="hours",
    level=1,
    judge=judge,
    thresholds=THRESHOLDS,
    needs=("load",),
    examples=(
        Example("none failed", Evidence("general", probes={"load": {**BASE, "failure_pct": 0.0}}), "pass"),
        Example("shell", Evidence("ai", probes={"load": {**BASE, "shell": True}}), "not_applicable"),
        Example("a third failed", Evidence("general", probes={"load": {**BASE, "failure_pct": 33.0}}), "fail"),
        Example(
            "none failed on a busy host",
            Evidence("general", probes={"load": {**BASE, "valid": False, "why": "host busy"}}),
            "pass",
        ),
        Example(
            "a third failed on a busy host",
            Evidence("general", probes={"load": {**BASE, "valid": False, "why": "host busy", "failure_pct": 33.0}}),
            "inconclusive",
        ),
    ),
)
