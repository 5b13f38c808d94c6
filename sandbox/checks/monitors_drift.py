"""Does the running service tell anything of drift?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed
from sandbox.prediction.evidence import unasked

POINTER = ("/probes/drift/signal",)


def judge(evidence: Evidence) -> Finding:
    other = unasked(evidence)
    if other is not None:
        return other
    signal = (evidence.probe("drift") or {})["signal"]
    if signal is None:
        return failed("Neither /metrics nor a route of it tells of drift.", evidence=POINTER)
    return passed(f"{signal['path']} tells of drift.", evidence=POINTER)


def _example(signal: dict[str, str] | None) -> Evidence:
    return Evidence("ml", probes={"predict": {"found": True, "answers": True}, "drift": {"signal": signal}})


CHECK = Check(
    id="monitors_drift",
    version=1,
    title="Drift is monitored",
    failed_title="Drift is not monitored",
    why=(
        "A model does not crash when the world changes: it goes on answering, wrongly. Only a comparison of what comes "
        "in with what it was trained on tells."
    ),
    fix="Keep the training's bins with the model, compare the last few hundred rows, and export a drift gauge.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("drift", "predict"),
    tracks=("ml",),
    effort="hours",
    level=2,
    follows="exposes_metrics",
    examples=(
        Example("a gauge", _example({"path": "/metrics", "kind": "metrics", "name": ""}), "pass"),
        Example("nothing", _example(None), "fail"),
    ),
)
