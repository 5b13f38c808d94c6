"""Is the time of requests measured as a histogram?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    metrics = evidence.probe("metrics") or {}
    pointer = ("/probes/metrics",)
    if not metrics["present"]:
        return failed("There are no metrics.", evidence=pointer)
    if metrics.get("latency_histogram"):
        return passed(f"{metrics['latency_histogram']} is a histogram of request times.", evidence=pointer)
    return failed("No histogram of request times was found.", evidence=pointer)


CHECK = Check(
    id="measures_latency",
    version=1,
    title="Metrics measure latency",
    failed_title="Metrics do not measure latency",
    why="Only a histogram can answer how many users waited too long, over all copies of a service.",
    fix=(
        "Observe every request in a histogram such as http_request_duration_seconds; the client libraries'"
        " middleware does it by default."
    ),
    category="monitoring",
    weight=MEDIUM,
    effort="minutes",
    level=2,
    follows="exposes_metrics",
    judge=judge,
    needs=("metrics",),
    examples=(
        Example(
            "histogram",
            Evidence("general", probes={"metrics": {"present": True, "latency_histogram": "http_request_seconds"}}),
            "pass",
        ),
        Example(
            "counter only",
            Evidence("general", probes={"metrics": {"present": True, "latency_histogram": None}}),
            "fail",
        ),
        Example("absent", Evidence("general", probes={"metrics": {"present": False}}), "fail"),
    ),
)
