"""Does the service stop by itself when it is asked to?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    shutdown = evidence.probe("shutdown") or {}
    pointer = ("/probes/shutdown",)
    if shutdown["killed"]:
        return failed("It ignored SIGTERM and had to be killed.", evidence=pointer)
    if shutdown["exit_code"] not in (0, 143):
        return failed(
            f"It stopped after {shutdown['seconds']:.1f} s, but with exit code {shutdown['exit_code']}.",
            score=0.5,
            evidence=pointer,
        )
    return passed(f"It stopped {shutdown['seconds']:.1f} s after SIGTERM.", evidence=pointer)


CHECK = Check(
    id="stops_gracefully",
    version=1,
    title="Stops gracefully on SIGTERM",
    failed_title="Does not stop on SIGTERM",
    why=(
        "Every deployment and every scale-down sends SIGTERM and kills what is left ten seconds later, with the "
        "requests in it."
    ),
    fix="Use the exec form of CMD so that the signal reaches the server, and let the server finish its requests.",
    category="deploy",
    weight=HIGH,
    effort="minutes",
    level=2,
    judge=judge,
    needs=("shutdown",),
    examples=(
        Example(
            "clean", Evidence("general", probes={"shutdown": {"killed": False, "exit_code": 0, "seconds": 0.4}}), "pass"
        ),
        Example(
            "killed",
            Evidence("general", probes={"shutdown": {"killed": True, "exit_code": 137, "seconds": 10.0}}),
            "fail",
        ),
        Example(
            "crashed",
            Evidence("general", probes={"shutdown": {"killed": False, "exit_code": 1, "seconds": 0.2}}),
            "fail",
        ),
    ),
)
