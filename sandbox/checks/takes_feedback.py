"""Can a person say what an answer was worth, and does a series show it?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.judging import evidence_of, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_shown, passed


def judge(evidence: Evidence) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_feedback") or {}
    pointer = ("/probes/ai_feedback",)
    if seen["path"] is None:
        if seen["described"]:
            return failed("Its OpenAPI document has no route that takes feedback.", evidence=pointer)
        return not_shown("No route that takes feedback was found: declare `ai.feedback` in assay.yaml.")
    good = sum(status is not None and 200 <= status < 300 for status in seen["statuses"])
    observed = f"{seen['path']} took {good} of {len(seen['statuses'])} opinions"
    if good < len(seen["statuses"]):
        return failed(f"{observed}.", evidence=pointer)
    if not seen["moved"]:
        return failed(f"{observed}, and no series shows them.", score=0.5, evidence=pointer)
    return passed(f"{observed}, and {seen['moved'][0]} rose by as many.", evidence=pointer)


def _evidence(*statuses: int, moved: tuple[str, ...] = ("feedback_total",), **more: Any) -> Evidence:
    return evidence_of(ai_feedback={"path": "/feedback", "statuses": list(statuses), "moved": list(moved), **more})


CHECK = Check(
    id="takes_feedback",
    version=1,
    title="Takes feedback and counts it",
    failed_title="Nobody can say what an answer was worth",
    why=(
        "Thumbs of real people are the only measure of quality that nobody has to write cases for. A counter shows a "
        "bad release on the same day."
    ),
    fix="Offer a route that takes a rating of one answer, and count ratings in a series.",
    category="track",
    weight=LOW,
    judge=judge,
    needs=("ai_ask", "ai_feedback"),
    tracks=("ai",),
    effort="minutes",
    level=3,
    follows="calls_models",
    examples=(
        Example("counted", _evidence(202, 202, 202), "pass"),
        Example("not counted", _evidence(200, 200, 200, moved=()), "fail"),
        Example("broken", _evidence(500, 500, 500), "fail"),
        Example("no route", evidence_of(ai_feedback={"path": None, "described": True}), "fail"),
        Example("unknown", evidence_of(ai_feedback={"path": None, "described": False}), "inconclusive"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
