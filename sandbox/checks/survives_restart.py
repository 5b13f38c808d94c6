"""Does the service come back after it was stopped?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    restart = evidence.probe("restart") or {}
    pointer = ("/probes/restart",)
    if restart["answers"]:
        return passed(f"It answered again {restart['ready_after_s']:.1f} s after the restart.", evidence=pointer)
    return failed("It did not answer again after the restart.", evidence=pointer)


CHECK = Check(
    id="survives_restart",
    version=1,
    title="Comes back after a restart",
    failed_title="Does not come back after a restart",
    why="Machines are rebooted at night. A service that needs a human to start again is down until the morning.",
    fix="Do not depend on files of the first start: create tables and folders only when they are missing.",
    category="deploy",
    weight=HIGH,
    effort="hours",
    level=1,
    judge=judge,
    needs=("restart",),
    examples=(
        Example("back", Evidence("general", probes={"restart": {"answers": True, "ready_after_s": 1.0}}), "pass"),
        Example("gone", Evidence("general", probes={"restart": {"answers": False, "ready_after_s": None}}), "fail"),
    ),
)
