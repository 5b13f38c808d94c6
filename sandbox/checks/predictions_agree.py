"""Does a row get the same prediction in any order, and in a batch as alone?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed
from sandbox.prediction.evidence import unasked

POINTER = ("/probes/predict",)
BROKEN_BATCH = 0.4


def judge(evidence: Evidence) -> Finding:
    other = unasked(evidence)
    if other is not None:
        return other
    seen = evidence.probe("predict") or {}
    if seen["sent"] < 2:
        return not_applicable("There was only one row to ask for; declare ml: {predict: {rows: data/sample.csv}}.")
    if seen["reordered"]:
        count = len(seen["reordered"])
        return failed(
            f"{count} of {seen['sent']} rows got another prediction when sent in another order.", evidence=POINTER
        )
    told = f"{seen['sent']} rows got the same predictions in another order"
    if seen["batch"] is None:
        return passed(f"{told}; there is no batch.", evidence=POINTER)
    return _together(seen, seen["batch"])


def _together(seen: dict[str, Any], batch: dict[str, Any]) -> Finding:
    """What the batch adds."""
    if not batch["answered"]:
        return failed(
            f"{batch['path']} answered {batch['status']} to rows that {seen['path']} takes one by one.",
            score=BROKEN_BATCH,
            evidence=POINTER,
        )
    wrong = max(batch["differing"], batch["reordered"])
    if wrong:
        return failed(
            f"{wrong} of {seen['sent']} rows got another prediction from {batch['path']} than alone.", evidence=POINTER
        )
    return passed(
        f"{seen['sent']} rows got the same alone, in another order and from {batch['path']}.", evidence=POINTER
    )


def _example(reordered: list[int], batch: dict[str, object] | None) -> Evidence:
    seen = {"found": True, "answers": True, "path": "/predict", "sent": 12, "reordered": reordered, "batch": batch}
    return Evidence("ml", probes={"predict": seen})


def _batch(answered: bool, differing: int) -> dict[str, object]:
    return {"path": "/predict/batch", "answered": answered, "status": 200, "differing": differing, "reordered": 0}


CHECK = Check(
    id="predictions_agree",
    version=1,
    title="A row gets the same prediction alone, in a batch and in any order",
    failed_title="A row's prediction depends on its company",
    why=(
        "A service that scales a batch by the batch's own mean, or keeps something of the request before, gives a "
        "customer another answer at another hour. The same rows are sent twice, turned round, and as a batch."
    ),
    fix="Use the statistics that were fitted in training for every row, and one function for single rows and batches.",
    category="track",
    weight=HIGH,
    judge=judge,
    needs=("predict",),
    tracks=("ml",),
    effort="hours",
    level=1,
    examples=(
        Example("agree", _example([], _batch(True, 0)), "pass"),
        Example("no batch", _example([], None), "pass"),
        Example("batch differs", _example([], _batch(True, 7)), "fail"),
        Example("order matters", _example([3], None), "fail"),
        Example("no model", Evidence("ml", probes={"predict": {"found": False, "why": "No route."}}), "not_applicable"),
    ),
)
