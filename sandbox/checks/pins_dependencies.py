"""Are the dependencies pinned, so that the next build installs the same packages?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed


def _practice(**facts: Any) -> dict[str, dict[str, Any]]:
    return {"practice": {"dependencies": {"lock_files": [], "declared": 0, "pinned": 0} | facts}}


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    practice = evidence.probe("practice") or {}
    dependencies = practice["dependencies"]
    pointer = ("/probes/practice/dependencies",)
    if dependencies["lock_files"]:
        return passed(f"Locked by {', '.join(dependencies['lock_files'])}.", evidence=pointer)
    declared, pinned = dependencies["declared"], dependencies["pinned"]
    if not declared:
        return not_applicable("The repository declares no dependencies.")
    observed = f"{pinned} of {declared} requirements name an exact version; there is no lock file."
    score = round(pinned / declared, 2)
    return (
        passed(observed, score=score, evidence=pointer)
        if 100 * score >= thresholds["least_pct"]
        else failed(observed, score=score, evidence=pointer)
    )


CHECK = Check(
    id="pins_dependencies",
    version=1,
    title="Dependencies are pinned",
    failed_title="Dependencies are not pinned",
    why=(
        "Unpinned packages are the commonest reason why a student project no longer builds a year later. A lock "
        "file makes the build repeatable."
    ),
    fix="Run pip freeze > requirements.txt (or uv lock, npm install for package-lock.json) and commit the file.",
    category="build",
    weight=HIGH,
    grade="static",
    effort="minutes",
    level=1,
    thresholds={"least_pct": 90},
    judge=judge,
    needs=("practice",),
    examples=(
        Example("lock file", Evidence("general", probes=_practice(lock_files=["uv.lock"])), "pass"),
        Example("all pinned", Evidence("general", probes=_practice(declared=4, pinned=4)), "pass"),
        Example("half pinned", Evidence("general", probes=_practice(declared=4, pinned=2)), "fail"),
        Example("nothing declared", Evidence("general", probes=_practice()), "not_applicable"),
    ),
)
