"""Do strangers' paths and ids stay out of the labels of metrics?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_shown, passed

# With fewer answers nothing could have grown.
LEAST_SENT = 50


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    seen = evidence.probe("cardinality") or {}
    pointer = ("/probes/cardinality",)
    if not seen["metrics"]:
        return failed("There are no metrics.", evidence=pointer)
    if seen.get("why"):
        return failed(f"The metrics page could not be read after random requests: {seen['why']}.", evidence=pointer)
    if seen["sent"] < LEAST_SENT:
        return not_shown(f"Only {seen['sent']} of {seen['random']} random requests were answered in time.")
    observed = f"{seen['sent']} random paths and ids added {seen['added']} series"
    if seen["added"] <= thresholds["most_series"]:
        return passed(f"{observed}.", evidence=pointer)
    return failed(f"{observed}, such as {seen['shown'][0]}.", evidence=pointer)


def _seen(added: int, sent: int = 200) -> dict[str, dict[str, Any]]:
    shown = ['hits_total{path="/83bc"}'] if added else []
    return {"cardinality": {"metrics": True, "sent": sent, "random": 200, "added": added, "shown": shown}}


CHECK = Check(
    id="keeps_series_bounded",
    version=1,
    title="Random paths add no series",
    failed_title="Every random path adds a series",
    why=(
        "Each value of a label is a series that Prometheus keeps for weeks. Whoever calls a few thousand addresses "
        "that do not exist fills its memory, and the monitoring is the first thing to die."
    ),
    fix="Label with the route's template (/items/{id}), never with the address that was asked for.",
    category="monitoring",
    weight=HIGH,
    effort="minutes",
    level=3,
    thresholds={"most_series": 5},
    follows="exposes_metrics",
    judge=judge,
    needs=("cardinality",),
    examples=(
        Example("bounded", Evidence("general", probes=_seen(0)), "pass"),
        Example("one a path", Evidence("general", probes=_seen(200)), "fail"),
        Example("no metrics", Evidence("general", probes={"cardinality": {"metrics": False}}), "fail"),
        Example("too slow to tell", Evidence("general", probes=_seen(0, sent=12)), "inconclusive"),
    ),
)
