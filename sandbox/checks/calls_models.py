"""Do its answers come from calls of a model that the gateway saw and counted?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, not_shown, passed


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("ai_ask") or {}
    pointer = ("/probes/ai_ask", "/probes/model_calls")
    if not seen["offered"]:
        return not_shown("No call of a model's API was found in the source; a model inside the image is not counted.")
    if seen["route"] is None:
        tried = [f"{row['path']} ({row['status'] or row.get('error') or 'no answer'})" for row in seen["tried"]]
        observed = f"No request led to a call of a model; tried {', '.join(tried) or 'nothing'}."
        if "ask" in seen["declared"]:
            return failed(observed, evidence=pointer)
        return not_shown(f"{observed} Declare `ai.ask` in assay.yaml.")
    models = ", ".join(seen["models"][:3])
    observed = f"{seen['route']['path']} led to {seen['calls']} call(s) of {models} and answered {seen['status']}."
    if seen["status"] is None or seen["status"] >= 400:
        return failed(observed, score=0.3, evidence=pointer, fix="Send a question as a user would and mend what fails.")
    return passed(observed, evidence=pointer)


def _evidence(**seen: Any) -> Evidence:
    found = {"route": {"path": "/ask"}, "calls": 1, "models": ["gpt-4o"], "status": 200, "declared": [], "tried": []}
    return Evidence("ai", probes={"ai_ask": {"offered": True, **found, **seen}})


CHECK = Check(
    id="calls_models",
    version=1,
    title="Calls a model and answers with it",
    failed_title="Answers without a model",
    why=(
        "What an AI project promises is an answer that a model had a part in. The sandbox leads every call to a "
        "gateway that answers and counts, so it is seen whether a question really reaches a model."
    ),
    fix="Read the model's address and key from the environment (OPENAI_BASE_URL, OPENAI_API_KEY), and ask it.",
    category="track",
    weight=CRITICAL,
    judge=judge,
    needs=("ai_ask",),
    tracks=("ai",),
    level=1,
    examples=(
        Example("asked", _evidence(), "pass"),
        Example("asked, and failed", _evidence(status=500), "fail"),
        Example(
            "declared, and never called",
            _evidence(route=None, declared=["ask"], tried=[{"path": "/ask", "status": 200, "calls": 0}]),
            "fail",
        ),
        Example("unknown", _evidence(route=None), "inconclusive"),
        Example("no model", Evidence("ai", probes={"ai_ask": {"offered": False}}), "inconclusive"),
    ),
)
