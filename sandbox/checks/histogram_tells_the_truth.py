"""Does the histogram of request times say what we measured ourselves?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    seen = evidence.probe("latency_truth") or {}
    pointer = ("/probes/latency_truth",)
    if not seen["metrics"] or seen["histogram"] is None:
        return failed("There is no histogram of request times.", evidence=pointer)
    name = seen["histogram"]
    if seen["unsound"]:
        return failed(f"{name} is no histogram: {seen['unsound']}.", evidence=pointer)
    if seen["p50"] is None or seen["p95"] is None:
        return failed(f"{name} observed none of the {seen['sent']} requests that were sent.", evidence=pointer)
    far = [quantile for quantile in ("p50", "p95") if seen[quantile]["apart"] > thresholds["most_buckets_apart"]]
    ours, upper = seen["p95"]["ours_ms"], seen["p95"]["to_ms"]
    observed = (
        f"{name}: 95 % within {'its last bucket' if upper is None else f'{upper:g} ms'}, we measured {ours:g} ms."
    )
    if not far:
        return passed(observed, evidence=pointer)
    return failed(observed, score=0.5 if len(far) == 1 else 0.2, evidence=pointer)


def _seen(apart: int, unsound: str = "") -> dict[str, dict[str, Any]]:
    quantile = {"ours_ms": 4.2, "from_ms": 2.0, "to_ms": 5.0, "apart": apart}
    seen = {"metrics": True, "histogram": "http_seconds", "unsound": unsound, "sent": 40}
    return {"latency_truth": seen | {"p50": quantile, "p95": quantile}}


CHECK = Check(
    id="histogram_tells_the_truth",
    version=1,
    title="The latency histogram agrees with what was measured",
    failed_title="The latency histogram does not agree with what was measured",
    why=(
        "A dashboard is believed. If its p95 is taken around half of the work, or in the wrong unit, or its buckets "
        "end below what users wait, everybody looks at the wrong number."
    ),
    fix="Observe seconds around the whole request in a middleware, with buckets from a millisecond to ten seconds.",
    category="monitoring",
    weight=HIGH,
    effort="hours",
    level=3,
    thresholds={"most_buckets_apart": 1},
    follows="exposes_metrics",
    judge=judge,
    needs=("latency_truth",),
    examples=(
        Example("agrees", Evidence("general", probes=_seen(1)), "pass"),
        Example("far off", Evidence("general", probes=_seen(4)), "fail"),
        Example("not cumulative", Evidence("general", probes=_seen(0, "its buckets are not cumulative")), "fail"),
        Example("no metrics", Evidence("general", probes={"latency_truth": {"metrics": False}}), "fail"),
    ),
)
