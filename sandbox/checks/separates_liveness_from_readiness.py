"""Is there one path that says that it lives, and another that says that it can work?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    health = evidence.probe("health") or {}
    live, ready, path = health.get("live"), health.get("ready"), health.get("path")
    pointer = ("/probes/health",)
    if ready and (live or path) and ready != (live or path):
        return passed(f"{live or path} says that it lives, {ready} that it can work.", evidence=pointer)
    if live or ready or path:
        return failed(f"Only {live or ready or path} says how it is.", score=0.3, evidence=pointer)
    return failed("No path says how it is.", evidence=pointer)


def _seen(live: str | None, ready: str | None, path: str | None) -> dict[str, dict[str, Any]]:
    return {"health": {"path": path, "live": live, "ready": ready}}


CHECK = Check(
    id="separates_liveness_from_readiness",
    version=1,
    title="Liveness and readiness are told apart",
    failed_title="Liveness and readiness are not told apart",
    why=(
        "Kubernetes restarts what is not alive and sends no requests to what is not ready. With one path for both a "
        "database that is away for a minute makes it restart every copy of the service."
    ),
    fix="Add GET /livez that only answers, and GET /readyz that also asks the database; name them in the deployment.",
    category="deploy",
    weight=LOW,
    effort="minutes",
    level=3,
    follows="answers_health_path",
    judge=judge,
    needs=("health",),
    examples=(
        Example("both", Evidence("general", probes=_seen("/livez", "/readyz", "/livez")), "pass"),
        Example("one for both", Evidence("general", probes=_seen(None, None, "/health")), "fail"),
        Example("none", Evidence("general", probes=_seen(None, None, None)), "fail"),
    ),
)
