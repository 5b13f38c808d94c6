"""Does the first word of a streamed answer arrive well before the last?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.assistant.judging import evidence_of, no_models, seconds, unasked
from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_streaming") or {}
    pointer = ("/probes/ai_streaming",)
    if seen["path"] is None:
        return not_applicable("Nothing says that it streams: declare `ai.ask.stream` in assay.yaml where it does.")
    if seen["status"] != 200 or seen["first_ms"] is None:
        return failed(f"{seen['path']} answered {seen['status'] or 'nothing'} instead of a stream.", evidence=pointer)
    observed = (
        f"The first of {seen['pieces']} pieces came after {seconds(seen['first_ms'])}, "
        f"the last after {seconds(seen['last_ms'])}"
    )
    if not seen["upstream"]:
        observed += ", and the model was not asked for a stream"
    share = 100 * seen["first_ms"] / seen["last_ms"]
    if share <= thresholds["most_first_pct"] and seen["pieces"] > 1:
        return passed(f"{observed}.", evidence=pointer)
    return failed(f"{observed}.", evidence=pointer)


def _evidence(first: float, last: float, **more: Any) -> Evidence:
    seen = {"path": "/ask/stream", "status": 200, "first_ms": first, "last_ms": last, "pieces": 40, "upstream": True}
    return evidence_of(ai_streaming=seen | more)


CHECK = Check(
    id="streams_answers",
    version=1,
    title="Streams its answers",
    failed_title="Its stream comes all at once",
    why=(
        "A model needs seconds for an answer. People who see its first words after half a second wait gladly; those "
        "who see nothing reload, and pay twice."
    ),
    fix="Ask the model with stream=true and pass each piece on as it comes, without collecting or compressing them.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("ai_ask", "ai_streaming"),
    tracks=("ai",),
    follows="calls_models",
    thresholds={"most_first_pct": 50.0},
    examples=(
        Example("streams", _evidence(90.0, 2000.0), "pass"),
        Example("all at once", _evidence(1990.0, 2000.0, pieces=2), "fail"),
        Example("broken", _evidence(9.0, 9.0, status=500), "fail"),
        Example("no stream", evidence_of(ai_streaming={"path": None}), "not_applicable"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
