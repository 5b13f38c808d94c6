"""Is what was written before a kill still there after it?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("persistence") or {}
    pointer = ("/probes/persistence",)
    if seen["wrote"] is None:
        return not_applicable(
            "Nothing that is written by a POST of its OpenAPI document can be read back by a GET of it."
        )
    way = f"What {seen['wrote']} had written before SIGKILL"
    if seen["kept"]:
        return passed(f"{way} was shown by {seen['read']} after the start.", evidence=pointer)
    if not seen["answers"]:
        return failed(f"It did not answer again after SIGKILL, so {seen['wrote']} is lost.", evidence=pointer)
    return failed(f"{way} was gone from {seen['read']} after the start.", evidence=pointer)


def _seen(*, kept: bool, answers: bool = True) -> dict[str, dict[str, Any]]:
    return {"persistence": {"wrote": "POST /notes", "read": "/notes", "kept": kept, "answers": answers}}


CHECK = Check(
    id="keeps_state_over_restart",
    version=1,
    title="Keeps what was written over a crash",
    failed_title="Loses what was written in a crash",
    why=(
        "A process ends without a warning: out of memory, a machine that dies. What somebody was told is saved has to "
        "be there afterwards; a list in memory is not a place to save."
    ),
    fix="Write to a database or a file before answering the request that asked for it.",
    category="deploy",
    weight=HIGH,
    effort="hours",
    level=2,
    follows="survives_restart",
    judge=judge,
    needs=("persistence",),
    examples=(
        Example("kept", Evidence("general", probes=_seen(kept=True)), "pass"),
        Example("lost", Evidence("general", probes=_seen(kept=False)), "fail"),
        Example("never back", Evidence("general", probes=_seen(kept=False, answers=False)), "fail"),
        Example("keeps nothing", Evidence("general", probes={"persistence": {"wrote": None}}), "not_applicable"),
    ),
)
