"""Is the metrics page described, small and quick?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    metrics = evidence.probe("metrics") or {}
    pointer = ("/probes/metrics",)
    if not metrics.get("parses"):
        return failed("There is no metrics page that parses.", evidence=pointer)
    bare = len(metrics.get("undescribed", ())) + metrics.get("undescribed_more", 0)
    kilobytes, ms = metrics.get("bytes", 0) / 1024, metrics.get("ms") or 0.0
    faults = []
    if bare:
        faults.append(f"{bare} of {metrics['families']} families have no HELP or no TYPE line")
    if kilobytes > thresholds["most_kib"]:
        faults.append(f"the page has {kilobytes:.0f} KiB")
    if ms > thresholds["most_ms"]:
        faults.append(f"a look at it took {ms:.0f} ms")
    if not faults:
        observed = f"All {metrics['families']} families are described; {kilobytes:.1f} KiB came in {ms:.0f} ms."
        return passed(observed, evidence=pointer)
    observed = "; ".join(faults) + "."
    return failed(observed[0].upper() + observed[1:], score=round(1 - len(faults) / 3, 2), evidence=pointer)


def _page(**members: Any) -> dict[str, dict[str, Any]]:
    page = {"present": True, "parses": True, "families": 9, "undescribed": [], "undescribed_more": 0}
    return {"metrics": page | {"bytes": 4000, "ms": 6.0} | members}


CHECK = Check(
    id="metrics_page_is_well_formed",
    version=1,
    title="The metrics page is described, small and quick",
    failed_title="The metrics page is bare, large or slow",
    why=(
        "HELP says what a figure means to whoever is woken up by it, and TYPE lets Prometheus compute rates. A page "
        "that is large or slow is dropped by the server that reads it every fifteen seconds."
    ),
    fix="Let the client library write the page, give each metric a description, and compute nothing while it is read.",
    category="monitoring",
    weight=MEDIUM,
    effort="minutes",
    level=2,
    thresholds={"most_kib": 1024, "most_ms": 300},
    follows="exposes_metrics",
    judge=judge,
    needs=("metrics",),
    examples=(
        Example("described", Evidence("general", probes=_page()), "pass"),
        Example("bare", Evidence("general", probes=_page(undescribed=["hits"])), "fail"),
        Example("slow", Evidence("general", probes=_page(ms=900.0)), "fail"),
        Example("absent", Evidence("general", probes={"metrics": {"present": False}}), "fail"),
    ),
)
