"""Do different rows get different predictions?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed
from sandbox.prediction.evidence import unasked

LEAST_ROWS = 4


def judge(evidence: Evidence) -> Finding:
    other = unasked(evidence)
    if other is not None:
        return other
    seen = evidence.probe("predict") or {}
    if seen["sent"] < LEAST_ROWS:
        return not_applicable("There were too few rows to compare; declare ml: {predict: {rows: data/sample.csv}}.")
    told = f"{seen['answered']} rows of {seen['rows_from']}"
    pointer = ("/probes/predict/predictions",)
    if seen["distinct"] > 1:
        return passed(f"{told} got {seen['distinct']} different predictions.", evidence=pointer)
    return failed(f"{told} all got {seen['predictions'][0]!r}.", evidence=pointer)


def _example(distinct: int) -> Evidence:
    seen = {"found": True, "answers": True, "sent": 12, "answered": 12, "rows_from": "data.csv", "distinct": distinct}
    return Evidence("ml", probes={"predict": seen | {"predictions": [0.5] * 12}})


CHECK = Check(
    id="predictions_depend_on_the_row",
    version=1,
    title="Different rows get different predictions",
    failed_title="Every row gets the same prediction",
    why="A model that was not loaded, or whose features never arrive, answers everything alike, and nothing turns red.",
    fix="Check that the request's columns reach the model by the names and the order that it was trained with.",
    category="track",
    weight=HIGH,
    judge=judge,
    needs=("predict",),
    tracks=("ml",),
    effort="hours",
    level=1,
    examples=(Example("they differ", _example(9), "pass"), Example("a constant", _example(1), "fail")),
)
