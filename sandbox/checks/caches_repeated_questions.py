"""Is the same question paid for once, and is one person's answer not given to another?"""

from __future__ import annotations

from sandbox.assistant.judging import evidence_of, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_shown, passed

# One person's answer in another's hands may hold what only the first may see.
SHARED = 0.5


def judge(evidence: Evidence) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_cache") or {}
    pointer = ("/probes/ai_cache",)
    first, again, *other = seen["calls"]
    if not first or any(status is None or status >= 400 for status in seen["statuses"][:2]):
        return not_shown("A question that was asked for the first time led to no call and a good answer.")
    observed = f"A question led to {first} call(s), and to {again} when it was asked again"
    if again:
        return failed(f"{observed}.", evidence=pointer)
    if other and not other[0]:
        return failed(f"{observed}, but also to none when another user asked it.", score=SHARED, evidence=pointer)
    observed += f"; another user's led to {other[0]}." if other else "."
    return passed(observed, evidence=pointer)


def _evidence(*calls: int, status: int = 200) -> Evidence:
    return evidence_of(ai_cache={"users": len(calls) > 2, "statuses": [status] * len(calls), "calls": list(calls)})


CHECK = Check(
    id="caches_repeated_questions",
    version=1,
    title="Pays once for the same question",
    failed_title="Pays again for the same question",
    why=(
        "Many questions come again and again, and each call costs money and seconds. A cache must know whose answer it "
        "holds: what one person is told may be nobody else's business."
    ),
    fix="Keep answers by user, question, and versions of prompt and documents; drop them when a document changes.",
    category="track",
    weight=LOW,
    judge=judge,
    needs=("ai_ask", "ai_cache"),
    tracks=("ai",),
    level=3,
    follows="calls_models",
    examples=(
        Example("cached", _evidence(1, 0, 1), "pass"),
        Example("no users", _evidence(1, 0), "pass"),
        Example("paid again", _evidence(1, 1, 1), "fail"),
        Example("shared", _evidence(1, 0, 0), "fail"),
        Example("broken", _evidence(1, 1, status=500), "inconclusive"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
