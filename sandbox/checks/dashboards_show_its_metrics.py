"""Do the dashboards of the repository show metrics that the running service really exposes?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_applicable, passed
from sandbox.monitoring.exposed import unknown, whose


def judge(evidence: Evidence) -> Finding:
    files, seen = evidence.probe("monitoring_files") or {}, evidence.probe("alerts") or {}
    boards = files["dashboards"]
    queries: list[dict[str, Any]] = [row for board in boards for row in board["queries"]]
    if not boards:
        return not_applicable("There is no Grafana dashboard in the repository; its JSON may be kept beside the code.")
    paths = tuple(board["path"] for board in boards)
    if not any(row["names"] or row["problem"] for row in queries):
        return not_applicable(f"{paths[0]} reads no metrics of Prometheus.")
    if not seen["looked"]:
        return failed(f"{seen['why']} So {paths[0]} stays empty.", evidence=paths)
    exposed = set(seen["exposed"])
    empty = [row for row in queries if row["problem"] or unknown(row["names"], exposed)]
    if empty:
        first = empty[0]
        what = first["problem"] or f"{unknown(first['names'], exposed)[0]} is not exposed"
        return failed(
            f"{len(empty)} of {len(queries)} queries show nothing: {first['panel'] or first['expr']}, {what}.",
            score=0.5 * (1 - len(empty) / len(queries)),
            evidence=(*paths, "/probes/alerts/exposed"),
        )
    if not any(whose(name, exposed) == "its" for row in queries for name in row["names"]):
        return failed(f"{paths[0]} shows metrics of others alone.", score=0.3, evidence=paths)
    panels = sum(board["panels"] for board in boards)
    return passed(f"{panels} panels with {len(queries)} queries show what the service exposes.", evidence=paths)


def _example(*names: str, looked: bool = True) -> Evidence:
    queries = [{"panel": name, "expr": name, "names": [name], "problem": ""} for name in names]
    boards = [{"path": "grafana/service.json", "title": "Service", "panels": len(names), "queries": queries}]
    seen = {"looked": looked, "why": "" if looked else "It has no page of metrics.", "exposed": ["requests_total"]}
    return Evidence("general", probes={"monitoring_files": {"dashboards": boards if names else []}, "alerts": seen})


CHECK = Check(
    id="dashboards_show_its_metrics",
    version=1,
    title="Dashboards show metrics that are there",
    failed_title="Dashboards show metrics that are not there",
    why="A panel without data is noticed when it is needed. A dashboard kept beside the code can be held against it.",
    fix="Open the dashboard beside /metrics, and correct each name that is not there.",
    category="monitoring",
    weight=LOW,
    judge=judge,
    needs=("monitoring_files", "alerts"),
    effort="minutes",
    level=3,
    follows="exposes_metrics",
    examples=(
        Example("there", _example("requests_total"), "pass"),
        Example("renamed", _example("requests_total", "http_errors_total"), "fail"),
        Example("no metrics", _example("requests_total", looked=False), "fail"),
        Example("none", _example(), "not_applicable"),
    ),
)
