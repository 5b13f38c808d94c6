"""Does ordinary use leave no unhandled errors in the log?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    logs = evidence.probe("logs") or {}
    count, pointer = logs["traceback_lines"], ("/probes/logs/traceback_lines",)
    if count:
        return failed(f"{count} stack trace{'s' if count > 1 else ''} in the log.", evidence=pointer)
    return passed("No stack trace in the log.", evidence=pointer)


CHECK = Check(
    id="logs_show_no_tracebacks",
    version=1,
    title="Ordinary use leaves no errors in the log",
    failed_title="Ordinary use leaves errors in the log",
    why="A stack trace during ordinary requests is a bug that a user has met.",
    fix="Read the stack trace in the log, handle its cause, and alert on the ones that remain.",
    category="monitoring",
    weight=MEDIUM,
    effort="hours",
    level=1,
    judge=judge,
    needs=("logs",),
    examples=(
        Example("clean", Evidence("general", probes={"logs": {"traceback_lines": 0}}), "pass"),
        Example("traces", Evidence("general", probes={"logs": {"traceback_lines": 3}}), "fail"),
    ),
)
