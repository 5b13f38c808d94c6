"""Is there a metrics page that a Prometheus server could scrape?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    metrics = evidence.probe("metrics") or {}
    pointer = ("/probes/metrics",)
    if not metrics["present"]:
        return failed("There is no /metrics.", evidence=pointer)
    if not metrics["parses"]:
        why = f" ({metrics['why']})" if metrics.get("why") else ""
        return failed(f"{metrics['path']} does not parse as Prometheus text{why}.", score=0.3, evidence=pointer)
    return passed(
        f"{metrics['path']} gives {metrics['series']} series in {metrics['families']} families.", evidence=pointer
    )


CHECK = Check(
    id="exposes_metrics",
    version=1,
    title="Exposes Prometheus metrics",
    failed_title="Exposes no metrics",
    why=(
        "What is not measured cannot be operated. /metrics in the Prometheus text format is what every monitoring"
        " stack reads."
    ),
    fix=(
        "Add prometheus-fastapi-instrumentator, prometheus-flask-exporter or prom-client, and serve its output on"
        " /metrics; another path is named in assay.yaml under monitoring."
    ),
    category="monitoring",
    weight=HIGH,
    effort="minutes",
    level=2,
    judge=judge,
    needs=("metrics",),
    examples=(
        Example(
            "good",
            Evidence(
                "general",
                probes={"metrics": {"present": True, "parses": True, "path": "/metrics", "series": 40, "families": 9}},
            ),
            "pass",
        ),
        Example(
            "garbled",
            Evidence("general", probes={"metrics": {"present": True, "parses": False, "path": "/metrics"}}),
            "fail",
        ),
        Example("absent", Evidence("general", probes={"metrics": {"present": False}}), "fail"),
    ),
)
