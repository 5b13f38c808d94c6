"""What does a person get when the model fails: an honest error or a fallback, and no crash?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.judging import HONEST, evidence_of, listed, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, not_shown, passed

NAMES = {
    "failing": "an error 500",
    "overloaded": "an overloaded model",
    "malformed": "an answer that is no JSON",
    "cut": "an answer that breaks off",
    "reset": "a broken connection",
    "limited": "a limit that stays",
}


def judge(evidence: Evidence) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_faults") or {}
    met = {name: row for name, row in seen["faults"].items() if name in NAMES and row["calls"]}
    if not met:
        return not_shown("The questions were answered without the model that failed.")
    bad = {name: row for name, row in met.items() if not _honest(row)}
    after = seen["recovered"]["status"]
    observed = f"{len(met) - len(bad)} of {len(met)} failures of the model ended in an honest answer"
    if bad:
        observed += "; not " + listed(f"{NAMES[name]} ({_shown(row)})" for name, row in bad.items())
    observed += "; it was well again at once." if after == 200 else f"; the question after them was answered {after}."
    score = round((len(met) - len(bad)) / len(met) * (1.0 if after == 200 else 0.5), 2)
    pointer = ("/probes/ai_faults/faults",)
    return passed(observed, evidence=pointer) if score == 1.0 else failed(observed, score=score, evidence=pointer)


def _honest(row: dict[str, Any]) -> bool:
    """Something to show instead, or a status that means "not now": what a framework says of a crash is neither."""
    return not row["leaks"] and (row["status"] in HONEST or (row["status"] == 200 and bool(row["said"].strip())))


def _shown(row: dict[str, Any]) -> str:
    return f"{row['status'] or 'no answer'}{', a stack trace' if row['leaks'] else ''}"


def _evidence(status: int | None, recovered: int = 200, **more: Any) -> Evidence:
    row = {"status": status, "leaks": False, "said": "not now", "calls": 1, **more}
    return evidence_of(ai_faults={"faults": dict.fromkeys(NAMES, row), "recovered": {"status": recovered, "ms": 9.0}})


CHECK = Check(
    id="stays_honest_when_a_model_fails",
    version=1,
    title="Says so when the model fails",
    failed_title="Crashes when the model fails",
    why=(
        "Providers fail every week: they answer 500, break off or send something that is no JSON. People accept “not "
        "now”; a crash, a stack trace or an invented answer costs their trust."
    ),
    fix="Catch what the call of the model may raise, and answer 503 with a sentence, or with a fallback that says so.",
    category="track",
    weight=CRITICAL,
    judge=judge,
    needs=("ai_ask", "ai_faults"),
    tracks=("ai",),
    level=1,
    follows="calls_models",
    examples=(
        Example("honest", _evidence(503), "pass"),
        Example("fallback", _evidence(200), "pass"),
        Example("crash", _evidence(500), "fail"),
        Example("silence", _evidence(None), "fail"),
        Example("never well again", _evidence(503, 500), "fail"),
        Example("cached", _evidence(200, calls=0), "inconclusive"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
