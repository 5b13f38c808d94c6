"""Does it stop and say which setting it misses when it is started without?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence) -> Finding:
    seen = evidence.probe("settings") or {}
    removed, pointer = seen["removed"], ("/probes/settings",)
    if not removed:
        return not_applicable(
            "It is started with no setting that it could miss; assay.yaml may declare its own under env."
        )
    names = ", ".join(removed[:3])
    if seen["named"]:
        return passed(f"Started without {names} its log names {seen['named'][0]}.", evidence=pointer)
    if seen["as_before"]:
        return not_applicable(f"It is {seen['state']} without {names}: nothing of it is required.")
    did = f"stopped with exit code {seen['exit_code']}" if seen["state"] == "exited" else "ran on without being healthy"
    score = 0.3 if seen["state"] == "exited" else 0.0
    return failed(
        f"Started without {names} it {did}, and no line names what is missing.", score=score, evidence=pointer
    )


def _seen(state: str, *named: str) -> dict[str, dict[str, Any]]:
    return {
        "settings": {"removed": ["DATABASE_URL"], "state": state, "as_before": state == "healthy"}
        | {"exit_code": 1, "named": list(named)}
    }


CHECK = Check(
    id="names_missing_settings",
    version=1,
    title="Names a setting that is missing",
    failed_title="Does not name a setting that is missing",
    why=(
        "Most failed deployments miss one variable. A service that stops at once and names it is mended in a minute; "
        "one that fails at the first request, with an error about None, costs an evening."
    ),
    fix="Read all settings at start, in one place, and exit with a sentence that names the one that is missing.",
    category="deploy",
    weight=LOW,
    effort="minutes",
    level=2,
    judge=judge,
    needs=("settings",),
    examples=(
        Example("named", Evidence("general", probes=_seen("exited", "DATABASE_URL")), "pass"),
        Example("stops silently", Evidence("general", probes=_seen("exited")), "fail"),
        Example("runs on", Evidence("general", probes=_seen("alive")), "fail"),
        Example("needs none", Evidence("general", probes=_seen("healthy")), "not_applicable"),
        Example("has none", Evidence("general", probes={"settings": {"removed": []}}), "not_applicable"),
    ),
)
