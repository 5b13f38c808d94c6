"""Is one user who asks without end slowed down, while others are still answered?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.judging import evidence_of, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_shown, passed

POINTER = ("/probes/ai_limit",)


def judge(evidence: Evidence) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_limit") or {}
    if not seen.get("http", True):
        return not_shown(
            "Its page names no user and has no answer 429: give it a route of HTTP and declare `ai.ask` and `ai.user`."
        )
    after = seen["limited_after"]
    if after is None:
        return _unlimited(seen)
    observed = f"A user was answered 429 after {after} requests"
    observed += f" with Retry-After: {seen['retry_after']}" if seen["retry_after"] else " without Retry-After"
    if not seen["users"]:
        return passed(f"{observed}; a request cannot say whose it is.", score=0.7, evidence=POINTER)
    if seen["other"] is None or seen["other"] >= 400:
        return failed(f"{observed}, and another user {seen['other'] or 'got nothing'}.", score=0.4, evidence=POINTER)
    score = 1.0 if seen["retry_after"] else 0.85
    return passed(f"{observed}, and another user was answered.", score=score, evidence=POINTER)


def _unlimited(seen: dict[str, Any]) -> Finding:
    sent = seen["sent"]
    if not seen["users"]:
        return not_shown(f"{sent} requests met no limit, and none said whose it was: declare `ai.user` in assay.yaml.")
    errors = f", {seen['errors']} of them with an error" if seen["errors"] else ""
    return failed(f"One user asked {sent} times within seconds and met no limit{errors}.", evidence=POINTER)


def _evidence(after: int | None, other: int | None = 200, **more: Any) -> Evidence:
    seen = {"users": True, "sent": 150, "limited_after": after, "retry_after": "60", "errors": 0, "other": other}
    return evidence_of(ai_limit=seen | more)


CHECK = Check(
    id="limits_each_user",
    version=1,
    title="Limits what one user may ask",
    failed_title="One user may ask without end",
    why=(
        "Each question costs money. Without a limit for each user one script spends a month's budget in a night, and "
        "the provider's own limit then stops everybody."
    ),
    fix="Count each user's requests of the last minute and answer 429 with Retry-After above a bound.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("ai_ask", "ai_limit"),
    tracks=("ai",),
    level=3,
    follows="calls_models",
    examples=(
        Example("limits", _evidence(60), "pass"),
        Example("limits all", _evidence(60, 429), "fail"),
        Example("never", _evidence(None), "fail"),
        Example("nobody named", _evidence(None, None, users=False), "inconclusive"),
        Example("asked by its page", evidence_of(ai_limit={"http": False}), "inconclusive"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
