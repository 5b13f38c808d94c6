"""Does the drift signal move when only the outcome becomes another, with rows that are each as they always were?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_applicable, not_shown, passed
from sandbox.prediction.evidence import unasked

POINTER = ("/probes/drift/outcome",)


def judge(evidence: Evidence) -> Finding:
    other = unasked(evidence)
    if other is not None:
        return other
    seen = evidence.probe("drift") or {}
    if seen["signal"] is None:
        return not_applicable("It tells of no drift.")
    outcome = seen["outcome"]
    if outcome is None:
        return not_shown("Rows of another outcome could not be told from its predictions, so none were sent.")
    if not outcome["moved"]:
        return failed(
            f"{seen['rows']} rows of one outcome alone, and nothing in {seen['signal']['path']} moved.",
            evidence=POINTER,
        )
    values = outcome["values"]
    name = max(values, key=lambda one: (abs(values[one][2] - values[one][1]), one))
    _, before, after = values[name]
    return passed(
        f"{seen['rows']} rows of one outcome alone: {name} went from {before:.3g} to {after:.3g}.", evidence=POINTER
    )


def _example(outcome: dict[str, Any] | None, **seen: Any) -> Evidence:
    row = {"signal": {"path": "/metrics", "kind": "metrics", "name": ""}, "rows": 200, "outcome": outcome, **seen}
    return Evidence("ml", probes={"predict": {"found": True, "answers": True}, "drift": row})


def _outcome(*moved: str) -> dict[str, Any]:
    values = {name: [0.03, 0.04, 1.2] for name in moved}
    return {"accepted": 200, "moved": list(moved), "values": values, "washed": True}


CHECK = Check(
    id="drift_sees_another_outcome",
    version=1,
    title="Drift of the outcome is seen",
    failed_title="Drift of the outcome is not seen",
    why=(
        "The world can change without one strange row: suddenly most customers are of the kind that leaves. Each row "
        "looks as it always did, and only their mixture, or that of the predictions, is another."
    ),
    fix="Compare the predictions of the last few hundred rows with those of the training, as one more column.",
    category="track",
    weight=LOW,
    judge=judge,
    needs=("drift", "predict"),
    tracks=("ml",),
    effort="hours",
    level=3,
    examples=(
        Example("it moves", _example(_outcome("drift_psi{column=prediction}")), "pass"),
        Example("it stays", _example(_outcome()), "fail"),
        Example("one prediction for all", _example(None), "inconclusive"),
        Example("no signal", _example(None, signal=None), "not_applicable"),
    ),
)
