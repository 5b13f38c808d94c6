"""Does a request counter rise by as many requests as were sent?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, passed

# A look at the page may count as a request itself, also twice.
MOST_IN_SILENCE = 2.0


def _probes(counter: str | None, delta: float) -> dict[str, dict[str, Any]]:
    moved = {"request_counter": counter, "counter_delta": delta, "sent": 200}
    return {"metrics": {"present": True, **moved}}


def _fits(delta: float, sent: int) -> bool:
    return abs(delta - sent) <= max(2, 0.05 * sent)


def judge(evidence: Evidence) -> Finding:
    if not (evidence.probe("metrics") or {}).get("present"):
        return failed("There are no metrics that could count.", evidence=("/probes/metrics",))
    moved = evidence.probe("metrics") or {}
    pointer = ("/probes/metrics",)
    counter = moved.get("request_counter")
    if counter is None:
        return failed("No counter of requests was found in the metrics.", evidence=pointer)
    delta, sent = moved["counter_delta"], moved["sent"]
    observed = f"{counter} rose by {delta:.0f} while {sent} requests were sent."
    if abs(moved.get("silence_delta", 0.0)) > MOST_IN_SILENCE:
        observed = f"{counter} rose by {moved['silence_delta']:.0f} while nothing was sent: it does not count requests."
        return failed(observed, evidence=pointer)
    windows = moved.get("windows") or [{"sent": sent, "delta": delta}]
    if sent and all(_fits(window["delta"], window["sent"]) for window in windows):
        return passed(observed, evidence=pointer)
    return failed(observed, score=0.4 if delta > 0 else 0.0, evidence=pointer)


CHECK = Check(
    id="counts_requests",
    version=2,
    title="Metrics count the requests",
    failed_title="Metrics do not count the requests",
    why=(
        "A metrics page that does not move with the load is decoration. The platform sends a known number of "
        "requests and compares."
    ),
    fix="Count every request in a middleware, labelled by route and status.",
    category="monitoring",
    weight=CRITICAL,
    effort="minutes",
    level=2,
    follows="exposes_metrics",
    judge=judge,
    needs=("metrics",),
    examples=(
        Example("exact", Evidence("general", probes=_probes("http_requests_total", 200)), "pass"),
        Example("half", Evidence("general", probes=_probes("http_requests_total", 100)), "fail"),
        Example("stuck", Evidence("general", probes=_probes("http_requests_total", 0)), "fail"),
        Example(
            "made up",
            Evidence(
                "general",
                probes={
                    "metrics": {
                        "present": True,
                        "request_counter": "http_requests_total",
                        "counter_delta": 60.0,
                        "sent": 60,
                        "silence_delta": 0.0,
                        "windows": [{"sent": 20, "delta": 30.0}, {"sent": 40, "delta": 30.0}],
                    }
                },
            ),
            "fail",
        ),
        Example("none", Evidence("general", probes={"metrics": {"present": False}}), "fail"),
    ),
)
