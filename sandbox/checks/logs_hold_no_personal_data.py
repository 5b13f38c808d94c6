"""Does what people send, and what is secret, stay out of log and metrics?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed

WORDS = {
    "address": "an e-mail address from a request's body",
    "card": "a card's number from a request's body",
    "token": "the token of the Authorization header",
}


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("request_trace") or {}
    leaked = seen["leaked"]
    if not leaked:
        return passed(f"Nothing that was planted ({', '.join(seen['planted'])}) turned up in the log or the metrics.")
    first = leaked[0]
    more = f", and {len(leaked) - 1} more" if len(leaked) > 1 else ""
    observed = f"In the {first['where']} stands {WORDS.get(first['what'], first['what'])}{more}."
    return failed(observed, evidence=("/probes/request_trace/leaked",))


def _seen(*leaked: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {"request_trace": {"planted": ["address", "card", "token"], "leaked": list(leaked)}}


CHECK = Check(
    id="logs_hold_no_personal_data",
    version=1,
    title="Logs hold no personal data and no secrets",
    failed_title="Logs hold personal data or secrets",
    why=(
        "Logs are copied, kept and read by many. What people typed and the tokens that they came with do not belong "
        "there: by law for the one, because they open doors for the other."
    ),
    fix="Log the route, the status and an id, never bodies, the Authorization header or the environment.",
    category="monitoring",
    weight=HIGH,
    effort="minutes",
    level=2,
    judge=judge,
    needs=("request_trace",),
    examples=(
        Example("clean", Evidence("general", probes=_seen()), "pass"),
        Example("address", Evidence("general", probes=_seen({"what": "address", "where": "log", "line": "x"})), "fail"),
        Example(
            "a setting",
            Evidence("general", probes=_seen({"what": "the value of API_KEY", "where": "log", "line": ""})),
            "fail",
        ),
    ),
)
