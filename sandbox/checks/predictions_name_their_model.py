"""Does an answer say which version of the model gave it?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed
from sandbox.prediction.evidence import unasked


def judge(evidence: Evidence) -> Finding:
    other = unasked(evidence)
    if other is not None:
        return other
    seen = evidence.probe("predict") or {}
    model = seen["model_in_answer"]
    if model is None:
        return failed(f"No member of {seen['path']}'s answer names the model.", evidence=("/probes/predict",))
    return passed(f"{seen['path']} answers with {model['member']} {model['value']}.", evidence=("/probes/predict",))


def _example(model: dict[str, str] | None) -> Evidence:
    seen = {"found": True, "answers": True, "path": "/predict", "model_in_answer": model}
    return Evidence("ml", probes={"predict": seen})


CHECK = Check(
    id="predictions_name_their_model",
    version=1,
    title="A prediction names its model",
    failed_title="A prediction does not name its model",
    why="When a prediction is questioned a month later, its version is what leads back to the model that made it.",
    fix="Add the loaded model's version to each answer, as model_version.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("predict",),
    tracks=("ml",),
    effort="minutes",
    level=2,
    examples=(
        Example("named", _example({"member": "model_version", "value": "2026-03-02"}), "pass"),
        Example("not named", _example(None), "fail"),
    ),
)
