"""Does the service run as an arbitrary user on a read-only file system?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    strict = evidence.probe("strict") or {}
    pointer = ("/probes/strict",)
    if strict["answers"]:
        return passed("It also answers as user 65534 on a read-only root.", evidence=pointer)
    return failed(f"As user 65534 on a read-only root it does not run. {strict['why'].rstrip('.')}.", evidence=pointer)


CHECK = Check(
    id="runs_on_read_only_root",
    version=1,
    title="Runs on a read-only file system",
    failed_title="Needs a writable file system",
    why=(
        "Serious platforms run containers as an arbitrary user with a read-only root. What still works there is "
        "easy to operate and hard to tamper with."
    ),
    fix="Write only to /tmp or to declared volumes, and make the code readable for every user.",
    category="deploy",
    weight=MEDIUM,
    effort="hours",
    level=3,
    judge=judge,
    needs=("strict",),
    examples=(
        Example("strict", Evidence("general", probes={"strict": {"answers": True, "why": ""}}), "pass"),
        Example(
            "writes", Evidence("general", probes={"strict": {"answers": False, "why": "Read-only file system"}}), "fail"
        ),
    ),
)
