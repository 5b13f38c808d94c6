"""Is a document's change seen, and is it gone once it was removed?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.judging import evidence_of, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, not_shown, passed


def judge(evidence: Evidence) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_documents") or {}
    if seen["route"] is None:
        return not_applicable("No route takes documents: declare `ai.documents` in assay.yaml where one does.")
    pointer = ("/probes/ai_documents",)
    if "changed" not in seen:
        return not_shown("The answer to a new document names no id: declare `ai.documents.id` in assay.yaml.")
    changed, removed = seen["changed"], seen["removed"]
    parts = [_told("change", changed), _told("removal", removed)]
    updated = changed.get("new") is True and changed.get("old") is False
    gone = removed.get("old") is False and seen["retrieved"]["prompt"]
    observed = f"{parts[0]}; {parts[1][0].lower()}{parts[1][1:]}."
    score = 0.5 * updated + 0.5 * gone
    return passed(observed, evidence=pointer) if score == 1.0 else failed(observed, score=score, evidence=pointer)


def _told(name: str, row: dict[str, Any]) -> str:
    if not row["supported"]:
        return f"There is no {name} ({row['status']})"
    if "old" not in row:
        return f"The {name} was answered {row['status'] or 'nothing'}"
    return f"After the {name} the old text {'still stood' if row['old'] else 'stood no more'} in the prompt"


def _evidence(changed: dict[str, Any], removed: dict[str, Any]) -> Evidence:
    base = {"status": 200, "supported": True}
    rows = {"changed": base | changed, "removed": base | removed, "retrieved": {"prompt": True}}
    return evidence_of(ai_documents={"route": {"path": "/documents"}, **rows})


CHECK = Check(
    id="follows_changed_documents",
    version=1,
    title="Follows its documents when they change",
    failed_title="Answers from documents that are no more",
    why=(
        "An index that only grows answers from last year's prices, and from what somebody asked to have deleted. The "
        "platform changes and removes the document that it added, and asks again."
    ),
    fix="Offer PUT and DELETE of one document by its id, and replace or remove its chunks and what is cached of them.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("ai_ask", "ai_documents"),
    tracks=("ai",),
    level=3,
    follows="retrieves_added_documents",
    examples=(
        Example("follows", _evidence({"old": False, "new": True}, {"old": False}), "pass"),
        Example("only grows", _evidence({"old": True, "new": True}, {"old": True}), "fail"),
        Example("no change", _evidence({"supported": False, "status": 405}, {"old": False}), "fail"),
        Example("nothing", _evidence({"supported": False}, {"supported": False}), "fail"),
        Example("no id", evidence_of(ai_documents={"route": {"path": "/documents"}}), "inconclusive"),
        Example("no documents", evidence_of(ai_documents={"route": None}), "not_applicable"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
