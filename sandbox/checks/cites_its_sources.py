"""Does an answer from a document say from which?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.assistant.judging import evidence_of, listed, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_applicable, not_shown, passed

GOOD = 300
WAYS = {"id": "its id", "name": "its name", "text": "a part of its text"}


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_retrieval") or {}
    if seen["route"] is None:
        return not_applicable("No route takes documents: declare `ai.documents` in assay.yaml where one does.")
    rows = [row for row in seen.get("known", ()) if row["found"] and (row["status"] or GOOD) < GOOD]
    if not rows:
        return not_shown("No answer was made from a document that was added.")
    citing = [row for row in rows if row["cited"]]
    pointer = ("/probes/ai_retrieval/known",)
    observed = f"{len(citing)} of {len(rows)} answers that were made from a document say from which"
    observed += f", by {listed(WAYS[way] for way in citing[0]['cited'])}." if citing else "."
    share = 100 * len(citing) / len(rows)
    if share >= thresholds["least_cited_pct"]:
        return passed(observed, evidence=pointer)
    return failed(observed, score=round(share / 100, 2), evidence=pointer)


def _evidence(*cited: list[str], **more: Any) -> Evidence:
    known = [{"status": 200, "found": True, "cited": ways, **more} for ways in cited]
    return evidence_of(ai_retrieval={"route": "/documents", "planted": len(cited), "known": known})


CHECK = Check(
    id="cites_its_sources",
    version=1,
    title="Says where an answer comes from",
    failed_title="Does not say where an answer comes from",
    why=(
        "Who reads an answer can trust it only as far as it can be looked up. An id, a name or the passage itself "
        "beside the answer lets people check it, and shows its developers at once what was retrieved."
    ),
    fix="Return the ids or names of the documents that were given to the model, or their passages, as `sources`.",
    category="track",
    weight=LOW,
    judge=judge,
    needs=("ai_ask", "ai_retrieval"),
    tracks=("ai",),
    effort="minutes",
    thresholds={"least_cited_pct": 90.0},
    examples=(
        Example("ids", _evidence(*[["id"]] * 12), "pass"),
        Example("passages and names", _evidence(*[["name", "text"]] * 12), "pass"),
        Example("some", _evidence(*[["id"], []] * 6), "fail"),
        Example("none", _evidence(*[[]] * 12), "fail"),
        Example("nothing found", _evidence([], found=False), "inconclusive"),
        Example("no documents", evidence_of(ai_retrieval={"route": None}), "not_applicable"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
