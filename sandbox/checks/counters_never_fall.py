"""Do counters only ever rise while the service runs?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("in_flight") or {}
    pointer = ("/probes/in_flight/fallen",)
    if not seen["metrics"]:
        return failed("There are no metrics.", evidence=("/probes/in_flight",))
    if seen["unreadable"]:
        return failed(f"The metrics page could not be read around a burst: {seen['why']}.", evidence=pointer)
    if seen["fallen"]:
        names = ", ".join(seen["fallen"][:3])
        return failed(f"Fell or vanished within {seen['pages']} looks at the page: {names}.", evidence=pointer)
    return passed(f"No counter fell in {seen['pages']} looks at the page.", evidence=pointer)


def _seen(*fallen: str) -> dict[str, dict[str, Any]]:
    return {"in_flight": {"metrics": True, "unreadable": False, "pages": 9, "fallen": list(fallen)}}


CHECK = Check(
    id="counters_never_fall",
    version=1,
    title="Counters never fall",
    failed_title="Counters fall while the service runs",
    why=(
        "Prometheus takes a counter that falls for a restart and adds everything again. Several processes that each "
        "answer with their own counts make every rate on the dashboard wrong."
    ),
    fix="Count in one place: one process, or the multi-process mode of the client library with a shared folder.",
    category="monitoring",
    weight=HIGH,
    effort="hours",
    level=3,
    follows="exposes_metrics",
    judge=judge,
    needs=("in_flight",),
    examples=(
        Example("rise", Evidence("general", probes=_seen()), "pass"),
        Example("falls", Evidence("general", probes=_seen("http_requests_total")), "fail"),
        Example("no metrics", Evidence("general", probes={"in_flight": {"metrics": False}}), "fail"),
    ),
)
