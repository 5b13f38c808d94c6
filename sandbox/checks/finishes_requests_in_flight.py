"""Are requests that are under way answered when it is told to stop?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, not_shown, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    seen = (evidence.probe("shutdown") or {}).get("requests")
    pointer = ("/probes/shutdown/requests",)
    if seen is None:
        return not_shown("No request could be kept under way while it was told to stop.")
    if not seen["held"]:
        return not_applicable("It has no request with a body, which could be sent by half while it is told to stop.")
    cut, lost = seen["held"] - seen["completed"], seen["lost"]
    observed = f"A request that was half sent at SIGTERM was {'cut off' if cut else 'answered'}"
    observed += f"; {lost} of {seen['answered'] + lost} quick ones got no answer."
    if not cut and lost <= thresholds["lost"]:
        return passed(observed, evidence=pointer)
    return failed(observed, score=0.0 if cut else 0.5, evidence=pointer)


def _seen(held: int, completed: int, lost: int) -> dict[str, dict[str, Any]]:
    requests = {"held": held, "completed": completed, "answered": 40, "lost": lost}
    return {"shutdown": {"killed": False, "exit_code": 0, "seconds": 0.8, "requests": requests}}


CHECK = Check(
    id="finishes_requests_in_flight",
    version=1,
    title="Finishes what it has begun before it stops",
    failed_title="Drops requests when it is told to stop",
    why=(
        "A release replaces each copy while people use it. The platform held a request half sent, told the service to "
        "stop and sent the rest: whoever had already come must still be served."
    ),
    fix="On SIGTERM take no new connections, finish the open ones, then exit: uvicorn, gunicorn and most servers can.",
    category="deploy",
    weight=HIGH,
    effort="hours",
    level=3,
    # Whoever connects in the instant in which it stops listening may be cut off by the kernel, whatever it does.
    thresholds={"lost": 1},
    judge=judge,
    needs=("shutdown",),
    examples=(
        Example("all served", Evidence("general", probes=_seen(1, 1, 0)), "pass"),
        Example("cut off", Evidence("general", probes=_seen(1, 0, 1)), "fail"),
        Example("quick ones lost", Evidence("general", probes=_seen(1, 1, 7)), "fail"),
        Example("nothing to hold", Evidence("general", probes=_seen(0, 0, 0)), "not_applicable"),
        Example(
            "none could be sent",
            Evidence("general", probes={"shutdown": {"killed": False, "exit_code": 0, "requests": None}}),
            "inconclusive",
        ),
    ),
)
