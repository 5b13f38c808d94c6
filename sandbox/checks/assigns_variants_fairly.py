"""Does each user keep the variant of an experiment, and do the users split as declared?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.chance import interval
from sandbox.assistant.judging import evidence_of, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, not_shown, passed


def judge(evidence: Evidence) -> Finding:  # noqa: PLR0911 - one return a way to end
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_variants") or {}
    pointer = ("/probes/ai_variants",)
    if seen["field"] is None:
        return not_applicable("No answer names a variant: declare `ai.assignment` in assay.yaml where users have one.")
    if not seen["users"]:
        return not_shown("A request cannot say whose it is: declare `ai.user` in assay.yaml.")
    arms, given = seen["arms"], sum(seen["arms"].values())
    if given < seen["sent"] * 0.9 or not seen["again"]:
        return not_shown(f"Only {given} of {seen['sent']} users were told their variant.")
    shares = seen["shares"] or {arm: 1 / len(arms) for arm in arms}
    outside = [arm for arm in {*shares, *arms} if not _fits(arms.get(arm, 0), shares.get(arm, 0.0), given)]
    split = ", ".join(f"{arm} {count}" for arm, count in sorted(arms.items()))
    observed = f"{seen['changed']} of {seen['again']} users got another variant when they came again; "
    observed += f"{given} users split as {split}"
    if len(arms) < 2:
        return failed(f"All {given} users got the same variant, {next(iter(arms))}.", evidence=pointer)
    if outside:
        observed += f", which is outside the 99 % interval of {'the declared' if seen['shares'] else 'equal'} shares"
    score = 0.6 * (not seen["changed"]) + 0.4 * (not outside)
    if score == 1.0:
        return passed(f"{observed}.", evidence=pointer)
    return failed(f"{observed}.", score=round(score, 2), evidence=pointer)


def _fits(count: int, share: float, draws: int) -> bool:
    least, most = interval(share, draws)
    return least <= count <= most


def _evidence(arms: dict[str, int], changed: int = 0, **more: Any) -> Evidence:
    seen = {
        "field": "variant",
        "users": True,
        "sent": 400,
        "arms": arms,
        "again": 40,
        "changed": changed,
        "shares": None,
    }
    return evidence_of(ai_variants=seen | more)


CHECK = Check(
    id="assigns_variants_fairly",
    version=1,
    title="Gives each user a variant and keeps to it",
    failed_title="Mixes up the variants of its experiment",
    why=(
        "An experiment between two prompts or models says something only if a person always meets the same one, and if "
        "who meets which is left to chance in known shares. The platform comes as 400 users, some of them twice."
    ),
    fix="Choose the variant by a hash of the experiment's name and the user's id, not by a draw at each request.",
    category="track",
    weight=MEDIUM,
    judge=judge,
    needs=("ai_ask", "ai_variants"),
    tracks=("ai",),
    level=3,
    follows="calls_models",
    examples=(
        Example("fair", _evidence({"a": 205, "b": 195}), "pass"),
        Example("declared", _evidence({"a": 81, "b": 319}, shares={"a": 0.2, "b": 0.8}), "pass"),
        Example("drawn anew", _evidence({"a": 205, "b": 195}, changed=19), "fail"),
        Example("lopsided", _evidence({"a": 300, "b": 100}), "fail"),
        Example("one arm", _evidence({"a": 400}), "fail"),
        Example("nobody", _evidence({"a": 9}), "inconclusive"),
        Example("no users", evidence_of(ai_variants={"field": "variant", "users": False}), "inconclusive"),
        Example("no experiment", evidence_of(ai_variants={"field": None}), "not_applicable"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
