"""Can a machine read the logs?"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    logs = evidence.probe("logs") or {}
    pointer = ("/probes/logs",)
    if not logs["lines"]:
        return failed("The service logged nothing.", evidence=pointer)
    percent = logs["json_pct"]
    observed = f"{percent:.0f} % of {logs['lines']} log lines are JSON."
    if percent >= thresholds["least_pct"]:
        return passed(observed, evidence=pointer)
    return failed(observed, score=0.3 if logs["has_levels"] else 0.1, evidence=pointer)


CHECK = Check(
    id="logs_are_structured",
    version=1,
    title="Logs are structured",
    failed_title="Logs are not structured",
    why="Logs as JSON lines can be searched and counted when something goes wrong at night.",
    fix="Log one JSON object a line, with time, level, message and a request id.",
    category="monitoring",
    weight=MEDIUM,
    effort="minutes",
    level=2,
    thresholds={"least_pct": 90},
    judge=judge,
    needs=("logs",),
    examples=(
        Example(
            "json", Evidence("general", probes={"logs": {"lines": 50, "json_pct": 100.0, "has_levels": True}}), "pass"
        ),
        Example(
            "text", Evidence("general", probes={"logs": {"lines": 50, "json_pct": 0.0, "has_levels": True}}), "fail"
        ),
        Example(
            "silent", Evidence("general", probes={"logs": {"lines": 0, "json_pct": 0.0, "has_levels": False}}), "fail"
        ),
    ),
)
