"""Does no call turn an input into a command?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    calls = (evidence.probe("hygiene") or {})["calls"]
    if not calls:
        return passed("No call of the kinds that are looked for was found.", evidence=("/probes/hygiene/calls",))
    first = calls[0]
    return failed(
        f"{len(calls)} found; {first['where']}: {first['what']}.",
        score=max(0.0, round(0.5 - 0.1 * len(calls), 2)),
        evidence=tuple(row["where"] for row in calls[:5]),
    )


def _calls(*rows: dict[str, Any]) -> Evidence:
    return Evidence("general", probes={"hygiene": {"calls": [*rows]}})


CHECK = Check(
    id="avoids_dangerous_calls",
    version=1,
    title="No call runs what a user sends",
    failed_title="A call may run what a user sends",
    why=(
        "eval, a shell with a command that is put together, pickle.loads and SQL made of text all do what the input "
        "says. Whoever may send it owns the machine."
    ),
    fix="Pass arguments as a list, SQL values as parameters, data as JSON; use yaml.safe_load and ast.literal_eval.",
    category="practice",
    weight=MEDIUM,
    judge=judge,
    needs=("hygiene",),
    grade="static",
    effort="minutes",
    level=2,
    examples=(
        Example("none", _calls(), "pass"),
        Example("SQL", _calls({"where": "db.py:14", "what": "SQL put together from text"}), "fail"),
    ),
)
