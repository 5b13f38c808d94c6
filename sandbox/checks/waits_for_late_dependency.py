"""Does it start when a data service comes some seconds later?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("late_start") or {}
    name, pointer = seen["name"], ("/probes/late_start",)
    if name is None:
        return not_applicable("No data service runs beside it; one can be declared in assay.yaml under services.")
    if seen["exited"]:
        observed = f"Started while {name} was not there, it ended with exit code {seen['exit_code']}."
        return failed(observed, score=0.2, evidence=pointer)
    if not seen["as_before"]:
        return failed(f"It did not become well after {name} had come.", evidence=pointer)
    ready = seen["ready_after_s"] or 0.0
    observed = f"{name} came {seen['late_s']:.0f} s late; it was {seen['state']} {ready:.1f} s after its start."
    return passed(observed, evidence=pointer)


def _seen(*, exited: bool, answers: bool) -> dict[str, dict[str, Any]]:
    seen = {"name": "db", "late_s": 6.0, "exited": exited, "exit_code": 1 if exited else None, "as_before": answers}
    return {"late_start": seen | {"state": "healthy" if answers else "failed", "ready_after_s": 7.0}}


CHECK = Check(
    id="waits_for_late_dependency",
    version=1,
    title="Waits for a dependency that is late",
    failed_title="Does not wait for a dependency that is late",
    why=(
        "After a power cut everything starts at once and the database takes longest. A service that tries once and "
        "gives up is down until somebody starts it again, or restarts in a loop."
    ),
    fix="Connect at the first request or in a loop with growing pauses, and be unready rather than dead until then.",
    category="deploy",
    weight=MEDIUM,
    effort="hours",
    level=3,
    judge=judge,
    needs=("late_start",),
    examples=(
        Example("waits", Evidence("general", probes=_seen(exited=False, answers=True)), "pass"),
        Example("gives up", Evidence("general", probes=_seen(exited=True, answers=False)), "fail"),
        Example("never well", Evidence("general", probes=_seen(exited=False, answers=False)), "fail"),
        Example("alone", Evidence("general", probes={"late_start": {"name": None}}), "not_applicable"),
    ),
)
