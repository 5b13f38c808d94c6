"""Does the health path keep answering while the service is busy?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, inconclusive, passed
from sandbox.load.seen import about_another, is_silent, uncertain


def judge(evidence: Evidence) -> Finding:
    load = evidence.probe("load") or {}
    if other := about_another(load):
        return other
    steadiness = load["steadiness"]
    polls, failures = steadiness["polls"], steadiness["failures"]
    pointer = ("/probes/load/steadiness",)
    if not polls:
        return inconclusive("The service was not asked while it was under load.")
    gap = steadiness["longest_outage_s"]
    observed = (
        f"{polls - failures} of {polls} questions during the load were answered; the longest gap was {gap:.1f} s."
    )
    if failures == 0:
        return passed(observed, evidence=pointer)
    if not load.get("valid", True) and not is_silent(load):
        return uncertain(load["why"])
    return failed(observed, score=round(0.8 * (polls - failures) / polls, 2), evidence=pointer)


CHECK = Check(
    id="stays_healthy_under_load",
    version=1,
    title="Stays healthy under load",
    failed_title="Stops answering its health path under load",
    why="An orchestrator that gets no health answer restarts the service in the middle of its busiest minute.",
    fix="Answer the health path without locks or slow calls, and leave a worker free for it.",
    category="load",
    weight=MEDIUM,
    effort="hours",
    level=1,
    judge=judge,
    needs=("load",),
    examples=(
        Example(
            "steady",
            Evidence("general", probes={"load": {"steadiness": {"polls": 20, "failures": 0, "longest_outage_s": 0.0}}}),
            "pass",
        ),
        Example("shell", Evidence("ai", probes={"load": {"shell": True}}), "not_applicable"),
        Example(
            "gaps",
            Evidence("general", probes={"load": {"steadiness": {"polls": 20, "failures": 5, "longest_outage_s": 2.5}}}),
            "fail",
        ),
        Example(
            "not asked",
            Evidence("general", probes={"load": {"steadiness": {"polls": 0, "failures": 0, "longest_outage_s": 0.0}}}),
            "inconclusive",
        ),
    ),
)
