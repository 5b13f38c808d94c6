"""Do the changes that the team expects of its model's predictions happen?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed
from sandbox.prediction.evidence import unasked

POINTER = ("/probes/predict/expectations",)
HELD = 0.9


def judge(evidence: Evidence) -> Finding:
    other = unasked(evidence)
    if other is not None:
        return other
    rows = (evidence.probe("predict") or {})["expectations"]
    if not rows:
        return not_applicable(
            "No expectations are declared. Say what must hold, for example ml: {expectations: [{change: "
            "{support_calls: 4}, effect: up}]}."
        )
    good = [row for row in rows if row["compared"] and row["held"] >= HELD * row["compared"] and row["moved"]]
    told = f"{len(good)} of {len(rows)} expectations held"
    if len(good) == len(rows):
        return passed(f"{told}, each on {rows[0]['compared']} rows.", evidence=POINTER)
    row = next(row for row in rows if row not in good)
    change = ", ".join(f"{name} {_shown(value)}" for name, value in row["change"].items())
    return failed(
        f"{told}; {change} should make it go {row['effect']}, and did so on {row['moved']} of {row['compared']} rows.",
        score=len(good) / len(rows) / 2,
        evidence=POINTER,
    )


def _shown(value: object) -> str:
    return f"{value:+g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)[:60]


def _example(*moved: int) -> Evidence:
    rows = [{"change": {"calls": 3}, "effect": "up", "compared": 12, "held": one, "moved": one} for one in moved]
    return Evidence("ml", probes={"predict": {"found": True, "answers": True, "expectations": rows}})


CHECK = Check(
    id="meets_its_expectations",
    version=1,
    title="The model behaves as its team expects",
    failed_title="The model does not behave as its team expects",
    why=(
        "A figure over all rows does not tell whether the model is sensible. Directional tests do: more complaints "
        "must not make a customer more loyal, and another name must change nothing."
    ),
    fix="Look at the rows that moved the wrong way: a column is in another unit, or its sign comes from too few rows.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("predict",),
    tracks=("ml",),
    effort="hours",
    level=3,
    follows="predictions_agree",
    examples=(
        Example("hold", _example(12, 12), "pass"),
        Example("one does not", _example(12, 1), "fail"),
        Example("none declared", _example(), "not_applicable"),
    ),
)
