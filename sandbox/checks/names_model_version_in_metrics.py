"""Do the metrics name the same version of the model as the answers?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed

ANSWER = 'Add the version to each prediction ({"model_version": "…"}) and to a gauge (model_info{version="…"} 1).'


def judge(evidence: Evidence) -> Finding:
    metrics = evidence.probe("metrics") or {}
    pointer = ("/probes/metrics",)
    labels, answered = metrics.get("versions") or [], metrics.get("answered_versions") or []
    if not labels and not answered:
        return failed("Neither an answer nor the metrics name the version of the model.", fix=ANSWER, evidence=pointer)
    if not labels:
        return failed(f"Answers name version {answered[0]}; no label of the metrics does.", score=0.4, evidence=pointer)
    if not answered:
        observed = f"The metrics name version {labels[0]}; no answer does."
        return failed(observed, score=0.4, fix=ANSWER, evidence=pointer)
    if set(answered) <= set(labels):
        return passed(f"Answers and metrics name version {answered[0]}.", evidence=pointer)
    return failed(f"Answers name version {answered[0]}, the metrics {', '.join(labels[:3])}.", evidence=pointer)


def _seen(labels: list[str], answered: list[str]) -> dict[str, dict[str, Any]]:
    return {"metrics": {"present": True, "versions": labels, "answered_versions": answered}}


CHECK = Check(
    id="names_model_version_in_metrics",
    version=1,
    title="Metrics name the model that answers",
    failed_title="Metrics do not name the model that answers",
    why=(
        "When predictions go wrong the first question is which model made them. Only if the answer and the metrics "
        "say the same version can a bad week be told from a bad model."
    ),
    fix="Set the label of the metric where the model is loaded, from the same value that the answers name.",
    category="monitoring",
    weight=MEDIUM,
    effort="minutes",
    level=3,
    tracks=("ml",),
    follows="exposes_metrics",
    judge=judge,
    needs=("metrics",),
    examples=(
        Example("same", Evidence("ml", probes=_seen(["7", "3.12"], ["7"])), "pass"),
        Example("another", Evidence("ml", probes=_seen(["6"], ["7"])), "fail"),
        Example("only in answers", Evidence("ml", probes=_seen([], ["7"])), "fail"),
        Example("nowhere", Evidence("ml", probes=_seen([], [])), "fail"),
    ),
)
