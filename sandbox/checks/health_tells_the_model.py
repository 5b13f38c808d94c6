"""Does a health path say that the model is loaded, and which one?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, passed
from sandbox.prediction.evidence import unasked


def judge(evidence: Evidence) -> Finding:
    other = unasked(evidence)
    if other is not None:
        return other
    told = (evidence.probe("predict") or {})["model_told"]
    if told is None:
        return failed(
            "Neither its health path nor /ready or /model speaks of the model.", evidence=("/probes/predict",)
        )
    return passed(f"{told['path']} says {told['member']}: {told['value']}.", evidence=("/probes/predict/model_told",))


def _example(told: dict[str, str] | None) -> Evidence:
    return Evidence("ml", probes={"predict": {"found": True, "answers": True, "model_told": told}})


CHECK = Check(
    id="health_tells_the_model",
    version=1,
    title="Health tells of the model",
    failed_title="Health says nothing of the model",
    why=(
        "A process that lives without its model answers 'ok' and predicts nothing; after a roll-out the model may be "
        "the old one."
    ),
    fix="Answer /ready with the loaded model's version, and with 503 while none is loaded.",
    category="track",
    weight=LOW,
    judge=judge,
    needs=("predict",),
    tracks=("ml",),
    effort="minutes",
    level=2,
    follows="answers_health_path",
    examples=(
        Example("told", _example({"path": "/ready", "member": "model", "value": "3"}), "pass"),
        Example("only ok", _example(None), "fail"),
    ),
)
