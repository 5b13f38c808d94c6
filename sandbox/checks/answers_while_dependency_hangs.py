"""Is every request answered in bounded time while a data service hangs?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    services = (evidence.probe("dependencies") or {})["services"]
    if not services:
        return not_applicable("No data service runs beside it; one can be declared in assay.yaml under services.")
    late: list[str] = []
    asked, slowest = 0, 0.0
    for row in services:
        if not row["hangs"]["running"]:
            late.append(f"the whole service (it ended when {row['name']} hung)")
        for path, answer in row["hangs"]["paths"].items():
            asked += 1
            slowest = max(slowest, answer["ms"] or 0.0)
            if answer["ms"] is None or answer["ms"] > thresholds["seconds"] * 1000:
                late.append(path)
    pointer = ("/probes/dependencies/services",)
    if not late:
        names = ", ".join(row["name"] for row in services)
        observed = f"All {asked} paths answered while {names} hung, the slowest after {slowest / 1000:.1f} s."
        return passed(observed, evidence=pointer)
    within = thresholds["seconds"]
    observed = f"Not answered within {within:g} s while a data service hung: {', '.join(dict.fromkeys(late))}."
    return failed(observed, score=round(0.6 * max(0, asked - len(late)) / max(1, asked), 2), evidence=pointer)


def _seen(*ms: float | None) -> dict[str, dict[str, Any]]:
    paths = {f"/{number}": {"ms": one, "status": one and 503} for number, one in enumerate(ms)}
    return {"dependencies": {"services": [{"name": "db", "hangs": {"running": True, "paths": paths}}]}}


CHECK = Check(
    id="answers_while_dependency_hangs",
    version=1,
    title="Answers while a dependency hangs",
    failed_title="Hangs with its dependency",
    why=(
        "A database that is overloaded does not refuse, it says nothing. Without a timeout each request waits with it, "
        "until no thread is left for those that need no database at all."
    ),
    fix="Give every connection and every query a timeout of one or two seconds, and answer 503 when it is over.",
    category="deploy",
    weight=HIGH,
    effort="minutes",
    level=3,
    thresholds={"seconds": 5},
    judge=judge,
    needs=("dependencies",),
    examples=(
        Example("bounded", Evidence("general", probes=_seen(4.0, 2010.0)), "pass"),
        Example("hangs", Evidence("general", probes=_seen(4.0, None)), "fail"),
        Example("alone", Evidence("general", probes={"dependencies": {"services": []}}), "not_applicable"),
    ),
)
