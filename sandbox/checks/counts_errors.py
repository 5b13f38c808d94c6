"""Does a series of errors rise by as many bad requests as were sent?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_shown, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    seen = evidence.probe("error_series") or {}
    pointer = ("/probes/error_series",)
    if not seen["metrics"]:
        return failed("There are no metrics that could count errors.", evidence=pointer)
    if not seen["sent"]:
        return not_shown("No request was found that the service refuses, so nothing could be counted.")
    if seen["series"] is None:
        observed = f"No series of errors moved while {seen['sent']} bad requests were sent to {seen['path']}."
        return failed(observed, evidence=pointer)
    observed = f"{seen['series']} rose by {seen['delta']:.0f} while {seen['sent']} bad requests were sent."
    if abs(seen["delta"] - seen["sent"]) <= thresholds["most_errors_off"]:
        return passed(observed, evidence=pointer)
    return failed(observed, score=0.4, evidence=pointer)


def _seen(series: str | None, delta: float, sent: int = 9) -> dict[str, dict[str, Any]]:
    return {"error_series": {"metrics": True, "path": "/items", "series": series, "delta": delta, "sent": sent}}


CHECK = Check(
    id="counts_errors",
    version=1,
    title="Metrics count errors",
    failed_title="Metrics do not count errors",
    why=(
        "An alert on the share of failed requests is the first that every service needs, and it can only be written "
        "when errors are counted apart from the rest."
    ),
    fix="Give the counter of requests a label with the status, and count in a middleware that sees refusals, too.",
    category="monitoring",
    weight=HIGH,
    effort="hours",
    level=2,
    thresholds={"most_errors_off": 1},
    follows="exposes_metrics",
    judge=judge,
    needs=("error_series",),
    examples=(
        Example("exact", Evidence("general", probes=_seen("http_requests_total", 9)), "pass"),
        Example("some", Evidence("general", probes=_seen("http_requests_total", 4)), "fail"),
        Example("still", Evidence("general", probes=_seen(None, 0)), "fail"),
        Example("no metrics", Evidence("general", probes={"error_series": {"metrics": False}}), "fail"),
        Example("refuses nothing", Evidence("general", probes=_seen(None, 0, sent=0)), "inconclusive"),
    ),
)
