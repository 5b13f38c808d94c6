"""Does the repository bring alert rules that Prometheus would take?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed

# An alert that nobody knows the weight or the meaning of is half of one.
BARE = 0.6


def judge(evidence: Evidence) -> Finding:
    if evidence.kind == "job":
        return not_applicable("A job runs to its end: it serves nobody.")
    seen = evidence.probe("monitoring_files") or {}
    alerts, broken = seen["alerts"], [row for row in seen["files"] if row["problem"]]
    pointer = ("/probes/monitoring_files/alerts",)
    if not alerts and not broken:
        return failed("There is no file with alert rules in the repository.", evidence=pointer)
    wrong = [f"{row['where']} ({row['problem']})" for row in alerts if row["problem"]]
    wrong += [f"{row['path']} ({row['problem']})" for row in broken]
    if wrong:
        good = len(alerts) - sum(bool(row["problem"]) for row in alerts)
        return failed(
            f"Prometheus would not take {wrong[0]}.",
            score=0.5 * good / (good + len(wrong)),
            fix="Run promtool check rules on the file, and mend what it names.",
            evidence=tuple(one.partition(" ")[0] for one in wrong[:5]),
        )
    told = [row for row in alerts if row["severity"] and row["summary"]]
    where = tuple(row["where"] for row in alerts[:5])
    if len(told) < len(alerts):
        bare = next(row for row in alerts if row not in told)
        return passed(
            f"It has {_count(alerts)}; {bare['name']} has no severity or no summary.",
            score=BARE + (1 - BARE) * len(told) / len(alerts),
            fix="Give each alert labels.severity and annotations.summary: whoever is woken by it reads only these.",
            evidence=where,
        )
    return passed(f"It has {_count(alerts)}, each with a severity and a summary.", evidence=where)


def _count(alerts: list[dict[str, Any]]) -> str:
    return f"{len(alerts)} alert{'s' if len(alerts) > 1 else ''} ({', '.join(row['name'] for row in alerts[:4])})"


def _example(*alerts: dict[str, str], problem: str = "") -> Evidence:
    row = {"name": "TooManyErrors", "where": "alerts.yml:5", "severity": "page", "summary": "Errors", "problem": ""}
    files = [{"path": "alerts.yml", "alerts": len(alerts), "problem": problem}] if alerts or problem else []
    seen = {"files": files, "alerts": [row | one for one in alerts], "dashboards": []}
    return Evidence("general", probes={"monitoring_files": seen})


CHECK = Check(
    id="has_alert_rules",
    version=1,
    title="Alert rules are kept with the code",
    failed_title="There are no alert rules",
    why=(
        "Nobody looks at a dashboard at three in the morning. Rules that are kept beside the code say what is wrong "
        "enough to wake somebody, and change together with the metrics that they read."
    ),
    fix="Add alerts.yml with three rules: the service is down, too many errors, answers are slow.",
    category="monitoring",
    weight=MEDIUM,
    judge=judge,
    needs=("monitoring_files",),
    grade="static",
    effort="hours",
    level=3,
    follows="exposes_metrics",
    examples=(
        Example("a rule", _example({}), "pass"),
        Example("without a severity", _example({}, {"severity": ""}), "pass"),
        Example("no query", _example({"problem": "it ends too early"}), "fail"),
        Example("no YAML", _example(problem="line 3: this is not YAML"), "fail"),
        Example("none", _example(), "fail"),
    ),
)
