"""Does monitoring say which dependency is gone, and that it is back?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence) -> Finding:
    services = (evidence.probe("dependencies") or {})["services"]
    if not services:
        return not_applicable("No data service runs beside it; one can be declared in assay.yaml under services.")
    said, silent = [], []
    for row in services:
        reports = row["reports"]
        if reports["state_series"]:
            said.append(f"{reports['state_series']} told of {row['name']}")
        elif reports["detail"]:
            said.append(f"the readiness path named {row['name']}")
        else:
            silent.append(row["name"])
    pointer = ("/probes/dependencies/services",)
    if not silent:
        return passed(f"While it was gone {'; '.join(said)}.", evidence=pointer)
    observed = f"No gauge and no readiness path named {', '.join(silent)} while it was gone."
    return failed(observed, score=round(len(said) / len(services), 2), evidence=pointer)


def _seen(series: str | None, *, detail: bool = False) -> dict[str, dict[str, Any]]:
    row = {"name": "db", "reports": {"state_series": series, "detail": detail}}
    return {"dependencies": {"services": [row]}}


CHECK = Check(
    id="shows_lost_dependency",
    version=1,
    title="Monitoring names a dependency that is gone",
    failed_title="Monitoring does not name a dependency that is gone",
    why=(
        "“The service is down” starts a search; “the database is down” ends it. A gauge for each dependency, or a "
        "readiness answer with details, says at once where to look."
    ),
    fix='Answer readiness with the state of each dependency ({"database": "down"}), or set a gauge database_up to 0.',
    category="monitoring",
    weight=MEDIUM,
    effort="hours",
    level=3,
    judge=judge,
    needs=("dependencies",),
    examples=(
        Example("gauge", Evidence("general", probes=_seen("database_up")), "pass"),
        Example("details", Evidence("general", probes=_seen(None, detail=True)), "pass"),
        Example("silent", Evidence("general", probes=_seen(None)), "fail"),
        Example("alone", Evidence("general", probes={"dependencies": {"services": []}}), "not_applicable"),
    ),
)
