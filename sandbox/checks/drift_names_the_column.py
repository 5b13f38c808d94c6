"""Does the drift signal say which columns have moved?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_applicable, passed
from sandbox.prediction.signals import names

POINTER = ("/probes/drift/seeds",)


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("drift") or {}
    if not seen["looked"] or not any(row["moved"] for row in seen["seeds"]):
        return not_applicable("No drift signal moved that could name a column.")
    moved = [row for row in seen["seeds"] if row["moved"]]
    wanted = [(row, column) for row in moved for column in row["columns"]]
    named = [column for row, column in wanted if names(row["moved"], column)]
    share = len(named) / len(wanted)
    told = f"{len(named)} of {len(wanted)} shifted columns were named by what moved"
    return (passed if share > 0.5 else failed)(f"{told} ({moved[0]['moved'][0]}).", score=share, evidence=POINTER)


def _example(series: str) -> Evidence:
    seeds = [{"moved": [series], "columns": ["age"]}]
    return Evidence("ml", probes={"drift": {"looked": True, "rows": 200, "seeds": seeds}})


CHECK = Check(
    id="drift_names_the_column",
    version=1,
    title="The drift signal names the column",
    failed_title="The drift signal does not name the column",
    why="That something has drifted starts a search; that the age in column four has drifted ends it.",
    fix='Give the drift gauge a label for the column, such as drift_psi{column="age"}.',
    category="track",
    weight=LOW,
    judge=judge,
    needs=("drift",),
    tracks=("ml",),
    effort="minutes",
    level=3,
    follows="drift_signal_follows_the_data",
    examples=(
        Example("by a label", _example("drift_psi{column=age}"), "pass"),
        Example("one figure", _example("drift_score{}"), "fail"),
    ),
)
