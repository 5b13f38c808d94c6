"""Is malformed input answered with a client error rather than a crash?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed


def _row(status: int) -> dict[str, Any]:
    return {"status": status, "leaks_traceback": False}


def judge(evidence: Evidence) -> Finding:
    errors = evidence.probe("errors") or {}
    sent = errors["malformed"]
    if not sent:
        return not_applicable("No route that takes a body was found.")
    crashed = [row for row in sent if row["status"] is None or row["status"] >= 500]
    leaked = [row for row in sent if row["leaks_traceback"]]
    accepted = [row for row in sent if row["status"] is not None and row["status"] < 400]
    pointer = ("/probes/errors/malformed",)
    good = len(sent) - len({id(row) for row in (*crashed, *leaked, *accepted)})
    observed = f"{good} of {len(sent)} malformed requests were answered with 4xx; {len(crashed)} crashed."
    if leaked:
        observed += " An answer showed a stack trace."
    score = round(good / len(sent), 2)
    return passed(observed, evidence=pointer) if good == len(sent) else failed(observed, score=score, evidence=pointer)


CHECK = Check(
    id="rejects_bad_input",
    version=1,
    title="Rejects bad input politely",
    failed_title="Fails on bad input",
    why=(
        "The first stranger sends something unexpected. A 4xx says what is wrong with it; a 5xx or a stack trace "
        "says that nobody thought of it."
    ),
    fix="Describe each body with a schema (a pydantic model does it) and answer 400 or 422 with the reason.",
    category="deploy",
    weight=HIGH,
    effort="hours",
    level=1,
    judge=judge,
    needs=("errors",),
    examples=(
        Example("refused", Evidence("general", probes={"errors": {"malformed": [_row(422)]}}), "pass"),
        Example("crashed", Evidence("general", probes={"errors": {"malformed": [_row(422), _row(500)]}}), "fail"),
        Example("swallowed", Evidence("general", probes={"errors": {"malformed": [_row(200)]}}), "fail"),
        Example("nothing to send", Evidence("general", probes={"errors": {"malformed": []}}), "not_applicable"),
    ),
)
