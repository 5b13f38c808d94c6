"""Can one request be found in the log by the id that it came with?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    seen = evidence.probe("request_trace") or {}
    pointer = ("/probes/request_trace",)
    sent, logged, echoed = seen["sent"], seen["logged"], seen["echoed"]
    observed = f"Of {sent} requests with an id of ours {logged} were found in the log by it; {echoed} answers named it."
    if 100 * logged >= thresholds["least_pct"] * sent and seen["logged_json"]:
        return passed(observed, evidence=pointer)
    if logged:
        return failed(f"{observed} The line is not JSON." if not seen["logged_json"] else observed, score=0.6)
    return failed(observed, score=0.3 if echoed else 0.0, evidence=pointer)


def _seen(logged: int, echoed: int, *, json: bool = True) -> dict[str, dict[str, Any]]:
    return {"request_trace": {"sent": 4, "logged": logged, "echoed": echoed, "logged_json": json and logged > 0}}


CHECK = Check(
    id="traces_requests",
    version=1,
    title="Requests can be followed in the log",
    failed_title="Requests cannot be followed in the log",
    why=(
        "A user says that something failed at noon. With the request's id in every line and in the answer, one search "
        "shows what happened to it, also across services; without it, a thousand lines look the same."
    ),
    fix="Take X-Request-ID or traceparent from the request, or make one, log it with every line and answer with it.",
    category="monitoring",
    weight=MEDIUM,
    effort="hours",
    level=3,
    thresholds={"least_pct": 50},
    judge=judge,
    needs=("request_trace",),
    examples=(
        Example("found", Evidence("general", probes=_seen(4, 4)), "pass"),
        Example("in plain lines", Evidence("general", probes=_seen(4, 0, json=False)), "fail"),
        Example("only in answers", Evidence("general", probes=_seen(0, 4)), "fail"),
        Example("nowhere", Evidence("general", probes=_seen(0, 0)), "fail"),
    ),
)
