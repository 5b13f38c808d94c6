"""Does a question find the document that was just added?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.judging import evidence_of, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_documents") or {}
    if seen["route"] is None:
        return not_applicable("No route takes documents: declare `ai.documents` in assay.yaml where one does.")
    path, pointer = seen["route"]["path"], ("/probes/ai_documents",)
    row = seen.get("retrieved")
    if row is None:
        return failed(f"{path} answered {seen['added']['status'] or 'nothing'} to a new document.", evidence=pointer)
    after = f"after {row['tries']} question(s)"
    if not row["prompt"] and not row["answer"]:
        return failed(f"A document that {path} took was not in the model's prompt {after}.", evidence=pointer)
    if not row["answer"]:
        observed = f"The added document stood in the model's prompt {after}, and its fact not in the answer."
        return failed(observed, score=0.6, evidence=pointer)
    return passed(f"The added document was found {after}, and its fact stood in the answer.", evidence=pointer)


def _evidence(**retrieved: Any) -> Evidence:
    row = {"tries": 1, "prompt": True, "answer": True} | retrieved
    return evidence_of(ai_documents={"route": {"path": "/documents"}, "added": {"status": 201}, "retrieved": row})


CHECK = Check(
    id="retrieves_added_documents",
    version=1,
    title="Finds a document that was added",
    failed_title="Does not find a document that was added",
    why=(
        "Retrieval is the half of a RAG application that its authors write. The platform adds a document with a "
        "made-up word and asks for it: no model can know it, so it has to have been found."
    ),
    fix="Store a document's embedding when it comes, rank by likeness to the question, put the best into the prompt.",
    category="track",
    weight=HIGH,
    judge=judge,
    needs=("ai_ask", "ai_documents"),
    tracks=("ai",),
    follows="calls_models",
    examples=(
        Example("found", _evidence(), "pass"),
        Example("not found", _evidence(prompt=False, answer=False), "fail"),
        Example("not said", _evidence(answer=False), "fail"),
        Example(
            "refused",
            evidence_of(ai_documents={"route": {"path": "/documents"}, "added": {"status": 500}}),
            "fail",
        ),
        Example("no documents", evidence_of(ai_documents={"route": None}), "not_applicable"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
