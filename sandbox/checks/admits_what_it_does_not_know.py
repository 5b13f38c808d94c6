"""Does it say that it found nothing, where a model that is not told to would make something up?"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.assistant.judging import evidence_of, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, not_shown, passed

NOT_FOUND = 404
GOOD = 300


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_retrieval") or {}
    if seen["route"] is None:
        return not_applicable("No route takes documents: declare `ai.documents` in assay.yaml where one does.")
    rows = [row for row in seen.get("unknown", ()) if _is_answer(row["status"])]
    if not rows or not any(row["answered"] for row in seen["known"]):
        return not_shown("No answer showed the model's words: declare `ai.ask.answer` in assay.yaml if it should.")
    honest = sum(row["told"] or not row["invented"] for row in rows)
    pointer = ("/probes/ai_retrieval/unknown",)
    observed = (
        f"Of {len(rows)} questions that no document answers, {len(rows) - honest} were answered with what the model "
        "made up because nothing in its prompt told it to admit that it does not know."
    )
    share = 100 * honest / len(rows)
    if share >= thresholds["least_honest_pct"]:
        return passed(f"{honest} of {len(rows)} questions that no document answers got no invention.", evidence=pointer)
    return failed(observed, score=round(share / 100, 2), evidence=pointer)


def _is_answer(status: int | None) -> bool:
    return status is not None and (status < GOOD or status == NOT_FOUND)


def _evidence(*invented: bool, status: int = 200, answered: bool = True, told: bool = False) -> Evidence:
    unknown = [{"status": status, "calls": 1, "invented": each, "told": told} for each in invented]
    known = [{"answered": answered}]
    return evidence_of(ai_retrieval={"route": "/documents", "planted": 1, "known": known, "unknown": unknown})


CHECK = Check(
    id="admits_what_it_does_not_know",
    version=1,
    title="Admits what it does not know",
    failed_title="Makes up what it does not know",
    why=(
        "A retrieval application that answers what its documents do not hold is worse than none: its inventions look "
        "like its facts. The platform asks what no document tells. Its model makes something up, as models do, unless "
        "the prompt tells it to say that it does not know; an application may also notice itself that nothing fits."
    ),
    fix=(
        "Tell the model to answer only from the context and to say so when it is not there, and do not ask it when no "
        "document is near the question. In another language than English declare those words as `ai.not_found`."
    ),
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("ai_ask", "ai_retrieval"),
    tracks=("ai",),
    effort="minutes",
    thresholds={"least_honest_pct": 90.0},
    examples=(
        Example("honest", _evidence(*[False] * 6), "pass"),
        Example("answered with 404", _evidence(*[False] * 6, status=404), "pass"),
        Example("told in its own words", _evidence(*[True] * 6, told=True), "pass"),
        Example("half", _evidence(*[True, False] * 3), "fail"),
        Example("made up", _evidence(*[True] * 6), "fail"),
        Example("answers hidden", _evidence(*[False] * 6, answered=False), "inconclusive"),
        Example("broken", _evidence(*[False] * 6, status=500), "inconclusive"),
        Example("no documents", evidence_of(ai_retrieval={"route": None}), "not_applicable"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
