"""Are rows that are wrong refused with 4xx, and never answered with a prediction or a crash?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed

POINTER = ("/probes/bad_rows/sent",)
# A crash is worse than a wrong guess.
CRASHED = 0.3


def judge(evidence: Evidence, thresholds: dict[str, float]) -> Finding:
    seen = evidence.probe("bad_rows") or {}
    if not seen["asked"]:
        return not_applicable(f"{seen['why']} To have it asked, declare ml: {{predict: {{path: /predict}}}}.")
    sent = seen["sent"]
    refused = [row for row in sent if row["status"] is not None and 400 <= row["status"] < 500]
    crashed = [row for row in sent if row["status"] is None or row["status"] >= 500]
    taken = [row for row in sent if row not in refused and row not in crashed]
    score = len(refused) / len(sent)
    told = f"{len(refused)} of {len(sent)} spoiled rows were refused"
    if crashed or not seen["alive"]:
        shown = ", ".join(dict.fromkeys(_name(row) for row in crashed)) or "the last one"
        return failed(f"{told}; it failed at {shown}.", score=min(CRASHED, score * CRASHED), evidence=POINTER)
    if not taken:
        return passed(f"{told}.", evidence=POINTER)
    shown = ", ".join(dict.fromkeys(_name(row) for row in taken[:3]))
    answer = passed if 100 * score >= thresholds["least_pct"] else failed
    return answer(f"{told}; it predicted for {shown}.", score=score, evidence=POINTER)


def _name(row: dict[str, object]) -> str:
    return f"{row['kind']} ({row['column']})" if row["column"] else str(row["kind"])


def _example(*statuses: int) -> Evidence:
    rows = [{"kind": "null", "column": f"c{number}", "status": status} for number, status in enumerate(statuses)]
    return Evidence("ml", probes={"bad_rows": {"asked": True, "sent": rows, "alive": True}})


CHECK = Check(
    id="refuses_bad_rows",
    version=1,
    title="Wrong rows are refused",
    failed_title="Wrong rows are answered",
    why=(
        "Missing columns, nulls, texts for numbers, a wrong unit and an unknown category are what real data brings. A "
        "prediction for them is a guess that nobody notices, and a 500 a crash that everybody does."
    ),
    fix="Validate each column's type, range and categories before the model sees it, and answer 422.",
    category="track",
    weight=HIGH,
    judge=judge,
    needs=("bad_rows",),
    tracks=("ml",),
    effort="hours",
    level=1,
    thresholds={"least_pct": 75},
    examples=(
        Example("all", _example(422, 422, 400), "pass"),
        Example("most", _example(422, 422, 422, 200), "pass"),
        Example("takes anything", _example(200, 200, 422), "fail"),
        Example("crashes", _example(422, 500, 422), "fail"),
    ),
)
