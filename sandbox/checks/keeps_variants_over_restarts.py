"""Does a user keep the variant when the service starts again, and when another copy of it answers?"""

from __future__ import annotations

from typing import Any

from sandbox.assistant.judging import evidence_of, no_models, unasked
from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_applicable, not_shown, passed

# Of how many people's variants one can tell that they are kept: by chance, all would be once in a million times.
ENOUGH = 20


def judge(evidence: Evidence) -> Finding:
    if (nothing := unasked(evidence)) is not None:
        return nothing
    seen = evidence.probe("ai_assignment") or {}
    if not seen["people"]:
        return not_applicable("No experiment was seen: declare `ai.assignment` in assay.yaml where there is one.")
    pointer = ("/probes/ai_assignment",)
    again, beside = seen["restarted"], seen["beside"]
    if not again["answers"]:
        return failed("It did not answer again after it was killed and started.", evidence=pointer)
    if again["told"] < ENOUGH:
        return not_shown(f"Only {again['told']} of {seen['people']} users were told their variant both times.")
    observed = f"After a restart {again['changed']} of {again['told']} users had another variant"
    kept = [not again["changed"]]
    if beside["told"] >= ENOUGH:
        observed += f", and {beside['changed']} of {beside['told']} where a second copy answered"
        kept.append(not beside["changed"])
    if all(kept):
        return passed(f"{observed}.", evidence=pointer)
    return failed(f"{observed}.", score=sum(kept) / len(kept), evidence=pointer)


def _evidence(restart: int, beside: int, told: int = 30, **more: Any) -> Evidence:
    seen = {
        "people": 30,
        "restarted": {"answers": True, "told": told, "changed": restart} | more,
        "beside": {"why": "", "told": 30, "changed": beside},
    }
    return evidence_of(ai_assignment=seen)


CHECK = Check(
    id="keeps_variants_over_restarts",
    version=1,
    title="Keeps each user's variant over a restart",
    failed_title="Gives users another variant after a restart",
    why=(
        "Services restart with every release, and several copies answer side by side. If that deals the variants anew, "
        "people meet both of them, and the experiment compares nothing any more."
    ),
    fix="Compute the variant from a hash of the experiment's name and the user's id, or keep it in a database.",
    category="track",
    weight=LOW,
    judge=judge,
    needs=("ai_ask", "ai_assignment"),
    tracks=("ai",),
    effort="minutes",
    level=3,
    follows="assigns_variants_fairly",
    examples=(
        Example("kept", _evidence(0, 0), "pass"),
        Example("dealt anew", _evidence(14, 16), "fail"),
        Example("each copy for itself", _evidence(0, 16), "fail"),
        Example("gone", _evidence(0, 0, answers=False), "fail"),
        Example("not told", _evidence(0, 0, told=3), "inconclusive"),
        Example("no experiment", evidence_of(ai_assignment={"people": 0}), "not_applicable"),
        Example("no model", no_models(), "not_applicable"),
    ),
)
