"""Is its answer of the right form, or an honest error, when the model's answer has another?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.judging import HONEST, evidence_of, listed, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, not_shown, passed

LIES = {"prose": "JSON with a sentence before it", "astray": "JSON of another shape", "broken": "JSON that breaks off"}


def judge(evidence: Evidence) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_structure") or {}
    rows = [row for row in seen["rows"] if row["calls"]]
    if not seen["rows"]:
        return not_applicable("It asks the model for no form: no schema, no JSON and no tools.")
    if not rows or seen["status"] != 200:
        return not_shown(f"With a model that tells the truth it answered {seen['status'] or 'nothing'}.")
    bad = [row for row in rows if not _valid(row)]
    again = [row for row in rows if not row["lasting"]]
    mended = sum(row["same"] for row in again)
    observed = f"{len(rows) - len(bad)} of {len(rows)} answers were valid or honest while the model lied about its form"
    observed += f", and {mended} of {len(again)} lies were mended by asking again or by reading around them"
    if bad:
        observed += "; not with " + listed(dict.fromkeys(LIES[row["lie"]] for row in bad))
    score = round((len(rows) - len(bad)) / len(rows), 2)
    pointer = ("/probes/ai_structure/rows",)
    if bad:
        return failed(f"{observed}.", score=score, evidence=pointer)
    return passed(f"{observed}.", score=round(0.7 + 0.3 * mended / max(1, len(again)), 2), evidence=pointer)


def _valid(row: dict[str, Any]) -> bool:
    return bool(row["same"]) or row["status"] in (*HONEST, 422)


def _evidence(*statuses: int, same: bool = False) -> Evidence:
    rows = [
        {"lie": lie, "lasting": lasting, "status": status, "calls": 1, "same": same or (status == 200 and not lasting)}
        for lie, lasting, status in zip([*LIES, *LIES], [False] * 3 + [True] * 3, statuses, strict=False)
    ]
    return evidence_of(ai_structure={"forms": ["schema"], "status": 200, "rows": rows})


CHECK = Check(
    id="keeps_its_form_when_a_model_lies",
    version=1,
    title="Gives valid answers even when the model does not",
    failed_title="Passes invalid answers of the model on",
    why=(
        "Models break the form that they were asked for, now and then and without a warning. What is passed on unread "
        "breaks the page of whoever trusted it."
    ),
    fix="Validate the model's JSON against a schema, ask once more when it does not fit, then answer 502 or 503.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("ai_ask", "ai_structure"),
    tracks=("ai",),
    follows="calls_models",
    examples=(
        Example("mended or honest", _evidence(200, 200, 200, 503, 503, 503), "pass"),
        Example("honest", _evidence(503, 503, 503, 502, 502, 502), "pass"),
        Example("crash", _evidence(500, 500, 500, 500, 500, 500), "fail"),
        Example("passed on", _evidence(200, 200, 200, 200, 200, 200), "fail"),
        Example("no form", _evidence(), "not_applicable"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
