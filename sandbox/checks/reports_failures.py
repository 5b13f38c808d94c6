"""Does a failure that was brought about appear in the log or in a counter of errors?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence) -> Finding:
    services = (evidence.probe("dependencies") or {})["services"]
    hurt = [row for row in services if row["reports"]["failed"]]
    if not hurt:
        return not_applicable("No request could be made to fail by taking a data service away.")
    pointer = ("/probes/dependencies/services",)
    silent = [row["name"] for row in hurt if not row["reports"]["error_lines"]]
    if silent:
        counted = [row for row in hurt if row["reports"]["error_series"]]
        observed = f"Requests failed while {', '.join(silent)} was gone, and no line of the log tells of an error."
        if counted:
            observed += f" {counted[0]['reports']['error_series']} counted them."
        return failed(observed, score=0.5 if counted else 0.0, evidence=pointer)
    lines = sum(row["reports"]["error_lines"] for row in hurt)
    observed = f"{lines} line{'s' if lines != 1 else ''} of the log told of the failure that was brought about."
    return passed(observed, evidence=pointer)


def _seen(failed: int, lines: int, series: str | None = None) -> dict[str, dict[str, Any]]:
    row = {"name": "db", "reports": {"failed": failed, "error_lines": lines, "error_series": series}}
    return {"dependencies": {"services": [row]}}


CHECK = Check(
    id="reports_failures",
    version=1,
    title="Failures are reported",
    failed_title="Failures are not reported",
    why=(
        "The platform took a data service away so that requests failed. Whoever operates this at night learns of it "
        "from the log or from nobody: an exception that is swallowed is a bug that is found by users."
    ),
    fix="Log every unexpected exception once, as an error with its stack trace, where requests are handled.",
    category="monitoring",
    weight=HIGH,
    effort="hours",
    level=2,
    judge=judge,
    needs=("dependencies",),
    examples=(
        Example("logged", Evidence("general", probes=_seen(2, 3)), "pass"),
        Example("swallowed", Evidence("general", probes=_seen(2, 0)), "fail"),
        Example("only counted", Evidence("general", probes=_seen(2, 0, "errors_total")), "fail"),
        Example("nothing failed", Evidence("general", probes=_seen(0, 0)), "not_applicable"),
    ),
)
