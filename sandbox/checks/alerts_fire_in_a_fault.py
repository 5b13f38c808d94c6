"""Do the alert rules fire when something is wrong with the service, and stay silent before?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, not_shown, passed

GONE = "the service is gone"
# That the service is gone is what Prometheus knows by itself: a rule about what it does says more.
ONLY_GONE = 0.6
POINTER = ("/probes/alerts/alerts",)


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("alerts") or {}
    alerts = [row for row in seen["alerts"] if row["evaluated"]]
    if not alerts:
        if not seen["alerts"]:
            return not_applicable(f"{seen['why'] or 'It brings no alert rules.'}")
        return not_shown("None of its rules could be followed here: which alerts fire was not seen.")
    return _told(evidence, alerts, seen["faults"])


def _told(evidence: Evidence, alerts: list[dict[str, Any]], faults: list[str]) -> Finding:
    early = [row["name"] for row in alerts if row["calm"]]
    if early:
        return failed(f"{', '.join(early[:3])} fires while all is well.", evidence=POINTER)
    lost = _of_dependencies(evidence)
    fired = {row["name"]: [*row["fired"], *lost.get(row["name"], [])] for row in alerts}
    fired = {name: found for name, found in fired.items() if found}
    silent = [row["name"] for row in alerts if row["concerned"] and row["name"] not in fired]
    if not fired and not silent:
        return not_shown(f"None of its alerts is about what was done here: {', '.join(faults)}.")
    if not fired:
        return failed(f"{silent[0]} stays silent in the fault that it is about.", evidence=POINTER)
    told = "; ".join(f"{name} in: {found[0]}" for name, found in list(fired.items())[:4])
    if silent:
        share = len(fired) / (len(fired) + len(silent))
        said = f"Fires: {told}. Silent although what it reads moved: {', '.join(silent[:3])}."
        return passed(said, score=0.5 + 0.5 * share, evidence=POINTER)
    if all(set(found) == {GONE} for found in fired.values()):
        said = f"Fires: {told}. No alert is about what the service does."
        return passed(said, score=ONLY_GONE, evidence=POINTER)
    return passed(f"Silent while all is well, and fires: {told}.", evidence=POINTER)


def _of_dependencies(evidence: Evidence) -> dict[str, list[str]]:
    """Alert -> faults, of the data services that were taken away."""
    found: dict[str, list[str]] = {}
    for row in (evidence.probe("dependencies") or {}).get("services", ()):
        for name in row["reports"].get("alerts", ()):
            found.setdefault(name, []).append(f"{row['name']} is gone")
    return found


def _example(**row: Any) -> Evidence:
    alert = {"name": "TooManyErrors", "evaluated": True, "calm": False, "fired": [], "concerned": [], **row}
    seen = {"looked": True, "why": "", "faults": ["refused requests", GONE], "alerts": [alert]}
    return Evidence("general", probes={"alerts": seen})


def _none() -> Evidence:
    why = "The repository has neither alert rules nor dashboards."
    return Evidence("general", probes={"alerts": {"looked": False, "why": why, "faults": [], "alerts": []}})


CHECK = Check(
    id="alerts_fire_in_a_fault",
    version=1,
    title="Alerts fire when something is wrong",
    failed_title="Alerts do not tell right from wrong",
    why=(
        "An alert is code that runs once a year, on the worst day. So faults are made here (refused requests, strange "
        "rows, a lost database, a service that is gone), and the rules are worked out on what the metrics then say."
    ),
    fix="Make the fault by hand, look at the query in Prometheus, and move the threshold between calm and fault.",
    category="monitoring",
    weight=MEDIUM,
    judge=judge,
    needs=("alerts",),
    effort="hours",
    level=3,
    follows="exposes_metrics",
    examples=(
        Example("fires", _example(fired=["refused requests"], concerned=["refused requests"]), "pass"),
        Example("only when it is gone", _example(fired=[GONE], concerned=[GONE]), "pass"),
        Example("always", _example(calm=True, fired=["refused requests"]), "fail"),
        Example("never", _example(concerned=["refused requests"]), "fail"),
        Example("about something else", _example(), "inconclusive"),
        Example("cannot be followed", _example(evaluated=False), "inconclusive"),
        Example("none", _none(), "not_applicable"),
    ),
)
