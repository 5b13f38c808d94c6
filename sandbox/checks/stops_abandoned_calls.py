"""Does the model stop when nobody listens any more?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.assistant.judging import evidence_of, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_applicable, not_shown, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_streaming") or {}
    left = seen.get("left")
    pointer = ("/probes/ai_streaming/left",)
    if left is None:
        return not_applicable("No streamed answer of the model was seen, so none could be abandoned.")
    if not left["ended"]:
        return failed("The model's call went on for more than 12 s after its reader had left.", evidence=pointer)
    observed = f"After the reader had left, the model's call {'was ended' if left['gone'] else 'went on to its end'}"
    if left["gone"]:
        return passed(f"{observed}, {left['seconds']:.1f} s after its start.", evidence=pointer)
    if left["seconds"] < thresholds["least_seen_s"]:
        return not_shown("The model's answer was too short to be abandoned in its middle.")
    return failed(f"{observed}, which took {left['seconds']:.1f} s.", evidence=pointer)


def _evidence(**left: Any) -> Evidence:
    return evidence_of(ai_streaming={"left": left or None})


CHECK = Check(
    id="stops_abandoned_calls",
    version=1,
    title="Ends a model's call that nobody reads",
    failed_title="Pays for answers that nobody reads",
    why=(
        "People close the tab in the middle of an answer. A call that goes on is paid to its last token, and takes "
        "a place that somebody else waits for."
    ),
    fix="End the model's stream when the client leaves: close it in a finally, or use a client that is cancelled.",
    category="track",
    weight=LOW,
    judge=judge,
    needs=("ai_ask", "ai_streaming"),
    tracks=("ai",),
    level=3,
    follows="streams_answers",
    thresholds={"least_seen_s": 1.0},
    examples=(
        Example("ends", _evidence(ended=True, gone=True, seconds=0.3), "pass"),
        Example("goes on", _evidence(ended=True, gone=False, seconds=5.0), "fail"),
        Example("endless", _evidence(ended=False, gone=False, seconds=None), "fail"),
        Example("short", _evidence(ended=True, gone=False, seconds=0.4), "inconclusive"),
        Example("no stream", _evidence(), "not_applicable"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
