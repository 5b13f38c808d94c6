"""Does a gauge rise while requests are under way, and return afterwards?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("in_flight") or {}
    pointer = ("/probes/in_flight",)
    if not seen["metrics"]:
        return failed("There are no metrics.", evidence=pointer)
    if seen["gauge"] is None:
        return failed("No gauge of requests under way was found in the metrics.", evidence=pointer)
    if not seen["amid"]:
        return failed("The metrics page was not answered while requests were under way.", score=0.2, evidence=pointer)
    observed = (
        f"{seen['gauge']} was {seen['idle']:g}, at most {seen['most']:g} in a burst, and {seen['after']:g} after."
    )
    if seen["most"] <= seen["idle"]:
        return failed(observed, score=0.2, evidence=pointer)
    if seen["after"] > seen["idle"]:
        return failed(f"{observed} It does not return.", score=0.5, evidence=pointer)
    return passed(observed, evidence=pointer)


def _seen(idle: float, most: float, after: float, gauge: str | None = "in_flight") -> dict[str, dict[str, Any]]:
    return {"in_flight": {"metrics": True, "amid": 9, "gauge": gauge, "idle": idle, "most": most, "after": after}}


CHECK = Check(
    id="shows_requests_in_flight",
    version=1,
    title="Metrics show the requests under way",
    failed_title="Metrics do not show the requests under way",
    why=(
        "Saturation is the golden signal that comes before the others: the requests under way pile up before the "
        "first of them fails. Without a gauge it is seen only by its consequences."
    ),
    fix="Raise a gauge when a request comes and lower it in a finally clause when it is answered.",
    category="monitoring",
    weight=MEDIUM,
    effort="minutes",
    level=3,
    follows="exposes_metrics",
    judge=judge,
    needs=("in_flight",),
    examples=(
        Example("moves", Evidence("general", probes=_seen(1, 7, 1)), "pass"),
        Example("stands still", Evidence("general", probes=_seen(0, 0, 0)), "fail"),
        Example("never returns", Evidence("general", probes=_seen(0, 6, 4)), "fail"),
        Example("none", Evidence("general", probes=_seen(0, 0, 0, None)), "fail"),
    ),
)
