"""How often is the right document among those that the model is given, of a dozen that resemble each other?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.assistant.judging import evidence_of, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, not_shown, passed

GOOD = 300
# Among fewer documents the right one is easily there by chance.
ENOUGH = 10


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:  # noqa: PLR0911 - one return a way to end
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_retrieval") or {}
    if seen["route"] is None:
        return not_applicable("No route takes documents: declare `ai.documents` in assay.yaml where one does.")
    pointer, planted = ("/probes/ai_retrieval/known",), seen["planted"]
    if not planted:
        return failed(f"{seen['route']} took none of the documents that were to be asked for.", evidence=pointer)
    if planted < ENOUGH:
        return not_shown(f"{seen['route']} took only {planted} of the documents that were to be asked for.")
    asked = [row for row in seen["known"] if row["status"] is not None and row["status"] < GOOD]
    if 2 * len(asked) < planted:
        return not_shown(f"Only {len(asked)} of {planted} questions about documents got a good answer.")
    most = thresholds["most_documents"]
    # Of more documents than `most`, in an order that nobody can tell, so many are drawn by chance.
    shares = [min(1.0, most / row["among"]) if row["found"] else 0.0 for row in asked]
    recall = 100 * sum(shares) / len(asked)
    observed = f"{sum(row['found'] for row in asked)} of {len(asked)} questions found their document among {planted}"
    larger = max(row["among"] for row in asked)
    observed += f", and a prompt held up to {larger} of these: recall@{most:.0f} is {recall:.0f} %."
    if recall >= thresholds["full_recall_pct"]:
        return passed(observed, evidence=pointer)
    least, full = thresholds["no_recall_pct"], thresholds["full_recall_pct"]
    return failed(observed, score=round(max(0.0, (recall - least) / (full - least)), 2), evidence=pointer)


def _evidence(*rows: tuple[bool, int], status: int = 200, **more: Any) -> Evidence:
    known = [{"status": status, "calls": 1, "found": found, "among": among} for found, among in rows]
    seen = {"route": "/documents", "planted": len(rows), "known": known, "unknown": []}
    return evidence_of(ai_retrieval=seen | more)


CHECK = Check(
    id="recalls_the_right_documents",
    version=1,
    title="Gives the model the right documents",
    failed_title="Gives the model the wrong documents",
    why=(
        "A model answers from what it is given, so an answer can be no better than what was retrieved. The platform "
        "adds a dozen short documents that resemble each other, asks for each, and looks which reach the prompt."
    ),
    fix=(
        "Rank all documents by likeness to the question, give the model the best few, and measure recall on questions "
        "of your own."
    ),
    category="track",
    weight=HIGH,
    judge=judge,
    needs=("ai_ask", "ai_retrieval"),
    tracks=("ai",),
    follows="retrieves_added_documents",
    thresholds={"most_documents": 5.0, "full_recall_pct": 90.0, "no_recall_pct": 30.0},
    examples=(
        Example("all", _evidence(*[(True, 2)] * 12), "pass"),
        Example("all but one", _evidence(*[(True, 5)] * 11, (False, 5)), "pass"),
        Example("half", _evidence(*[(True, 3), (False, 3)] * 6), "fail"),
        Example("everything in the prompt", _evidence(*[(True, 12)] * 12), "fail"),
        Example("none", _evidence(*[(False, 0)] * 12), "fail"),
        Example("took none", _evidence(planted=0), "fail"),
        Example("took few", _evidence(*[(True, 5)] * 5), "inconclusive"),
        Example("limited", _evidence(*[(False, 0)] * 12, status=429), "inconclusive"),
        Example("no documents", evidence_of(ai_retrieval={"route": None}), "not_applicable"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
