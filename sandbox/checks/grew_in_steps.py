"""Did the work grow in steps rather than arrive in one dump?"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    history = evidence.source.get("history")
    if not history:
        return not_applicable("The source came without a history.")
    commits, people = history["commits"], len(history["authors"])
    observed = f"{commits} commit{'s' if commits != 1 else ''} by {people} {'people' if people != 1 else 'person'}."
    pointer = ("/source/history",)
    if commits >= thresholds["least_commits"]:
        return passed(observed, evidence=pointer)
    return failed(observed, score=round(0.6 * (commits - 1) / (thresholds["least_commits"] - 1), 2), evidence=pointer)


CHECK = Check(
    id="grew_in_steps",
    version=1,
    title="The history shows the work",
    failed_title="The history does not show the work",
    why=(
        "A history in steps lets a reader see who did what and why. One commit with everything shows only that a "
        "folder was uploaded."
    ),
    fix="Commit each finished step with a sentence that says why.",
    category="practice",
    weight=LOW,
    grade="static",
    effort="hours",
    level=1,
    thresholds={"least_commits": 5},
    judge=judge,
    needs=(),
    examples=(
        Example("steps", Evidence("general", source={"history": {"commits": 30, "authors": [{}, {}]}}), "pass"),
        Example("one dump", Evidence("general", source={"history": {"commits": 1, "authors": [{}]}}), "fail"),
        Example("archive", Evidence("general", source={}), "not_applicable"),
    ),
)
