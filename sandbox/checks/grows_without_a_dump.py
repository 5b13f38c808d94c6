"""Did no single commit bring most of the work?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    steps = (evidence.source.get("history") or {}).get("steps")
    pointer = ("/source/history/steps",)
    if not steps or not steps["lines"]:
        return not_applicable("The source came without a history that could be counted.")
    share = 100 * steps["largest"] / steps["lines"]
    days = steps["days"]
    observed = (
        f"The largest commit ({steps['largest_commit']}) brought {share:.0f} % of {steps['lines']} lines; "
        f"there are commits on {days} day{'s' if days != 1 else ''}."
    )
    good, most = thresholds["good_pct"], thresholds["most_pct"]
    if share <= most:
        score = 1.0 if share <= good else round(1 - 0.5 * (share - good) / (most - good), 2)
        return passed(observed, score=score, evidence=pointer)
    return failed(observed, score=round(0.4 * (100 - share) / max(1.0, 100 - most), 2), evidence=pointer)


def _steps(largest: int, lines: int = 1000) -> Evidence:
    steps: dict[str, Any] = {"lines": lines, "largest": largest, "largest_commit": "1a2b3c4", "days": 3, "steps": 9}
    return Evidence("general", source={"history": {"steps": steps}})


CHECK = Check(
    id="grows_without_a_dump",
    version=1,
    title="The work came in pieces",
    failed_title="Most of the work came in one commit",
    why=(
        "One commit with nearly everything shows that a folder was uploaded, not how it came to be. Generated files, "
        "lock files and data are not counted."
    ),
    fix="Commit each finished step by itself; start the next project with `git init`, not with the last upload.",
    category="practice",
    weight=LOW,
    judge=judge,
    needs=(),
    grade="static",
    effort="days",
    level=2,
    thresholds={"good_pct": 40.0, "most_pct": 70.0},
    examples=(
        Example("pieces", _steps(200), "pass"),
        Example("a large piece", _steps(600), "pass"),
        Example("a dump", _steps(950), "fail"),
        Example("archive", Evidence("general"), "not_applicable"),
    ),
)
