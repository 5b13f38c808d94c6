"""Do the alert rules read metrics that the running service really exposes?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed
from sandbox.monitoring.exposed import unknown, whose


def judge(evidence: Evidence) -> Finding:
    files, seen = evidence.probe("monitoring_files") or {}, evidence.probe("alerts") or {}
    alerts = [row for row in files["alerts"] if not row["problem"]]
    if not alerts:
        return not_applicable("There are no alert rules that could be read.")
    if not seen["looked"]:
        return failed(f"{seen['why']} So no alert of the repository can ever fire.")
    exposed = set(seen["exposed"])
    blind = {row["name"]: missing for row in alerts if (missing := unknown(row["names"], exposed))}
    own = [row for row in alerts if any(whose(name, exposed) == "its" for name in row["names"])]
    pointer = ("/probes/monitoring_files/alerts", "/probes/alerts/exposed")
    if blind:
        name, missing = next(iter(blind.items()))
        return failed(
            f"{len(blind)} of {len(alerts)} alerts read what the service does not expose: {name} reads {missing[0]}.",
            score=0.5 * (1 - len(blind) / len(alerts)),
            evidence=(*pointer, *(row["where"] for row in alerts if row["name"] in blind)),
        )
    if not own:
        return failed(
            "Its alerts read metrics of others alone, and none that the service exposes.", score=0.3, evidence=pointer
        )
    return passed(f"All {len(alerts)} alerts read what /metrics or Prometheus itself has.", evidence=pointer)


def _example(*names: str, looked: bool = True) -> Evidence:
    alerts = [{"name": f"About_{name}", "where": "alerts.yml:4", "names": [name], "problem": ""} for name in names]
    seen = {"looked": looked, "why": "" if looked else "It has no page of metrics.", "exposed": ["requests_total"]}
    return Evidence("general", probes={"monitoring_files": {"alerts": alerts}, "alerts": seen})


CHECK = Check(
    id="alerts_read_its_metrics",
    version=1,
    title="Alerts read metrics that are there",
    failed_title="Alerts read metrics that are not there",
    why=(
        "A rule whose metric was renamed never fires, and says so to nobody: silence looks the same as health. The "
        "names in the rules are compared with those that the running service exposes."
    ),
    fix="Compare each name in the rules with /metrics letter by letter, _total and unit included.",
    category="monitoring",
    weight=MEDIUM,
    judge=judge,
    needs=("monitoring_files", "alerts"),
    effort="minutes",
    level=3,
    follows="exposes_metrics",
    examples=(
        Example("its own", _example("requests_total", "up"), "pass"),
        Example("renamed", _example("requests_total", "http_errors_total"), "fail"),
        Example("of others", _example("node_load1"), "fail"),
        Example("no metrics", _example("requests_total", looked=False), "fail"),
        Example("no rules", _example(), "not_applicable"),
    ),
)
