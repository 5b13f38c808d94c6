"""Does the refusal of a wrong row name the column that is wrong?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed

POINTER = ("/probes/bad_rows/sent",)


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    seen = evidence.probe("bad_rows") or {}
    if not seen["asked"]:
        return not_applicable(f"{seen['why']} To have it asked, declare ml: {{predict: {{path: /predict}}}}.")
    wrong = [row for row in seen["sent"] if row["column"]]
    named = [
        row
        for row in wrong
        if row["names_column"]
        and row["status"] is not None
        and 400 <= row["status"] < 500
        and not row["leaks_traceback"]
    ]
    score = len(named) / len(wrong) if wrong else 0.0
    told = f"The answers to {len(named)} of {len(wrong)} rows with one wrong column refused them and named it"
    return (passed if 100 * score >= thresholds["least_pct"] else failed)(f"{told}.", score=score, evidence=POINTER)


def _example(*named: bool) -> Evidence:
    rows = [
        {"kind": "null", "column": "age", "status": 422, "names_column": one, "leaks_traceback": False} for one in named
    ]
    return Evidence("ml", probes={"bad_rows": {"asked": True, "sent": rows, "alive": True}})


CHECK = Check(
    id="names_the_bad_column",
    version=1,
    title="A refusal names the column that is wrong",
    failed_title="A refusal does not name the column that is wrong",
    why="Whoever sends a hundred columns and reads 'bad request' tries a hundred times. The name ends it at once.",
    fix="Put the column's name and what was expected into the body of the 4xx answer.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("bad_rows",),
    tracks=("ml",),
    effort="minutes",
    level=2,
    follows="refuses_bad_rows",
    thresholds={"least_pct": 60},
    examples=(
        Example("named", _example(True, True, True), "pass"),
        Example("bad request", _example(False, False, True), "fail"),
    ),
)
