"""Does a tool check the style or the types of the code?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    linters = (evidence.probe("hygiene") or {})["linters"]
    pointer = ("/probes/hygiene/linters",)
    if linters:
        return passed(f"Set up: {', '.join(linters)}.", evidence=pointer)
    return failed("No linter, formatter or type checker is set up.", evidence=pointer)


CHECK = Check(
    id="checks_its_style",
    version=1,
    title="A tool checks the code",
    failed_title="No tool checks the code",
    why="A linter finds unused names, wrong arguments and half of all typos before anybody reviews the change.",
    fix="Add ruff (Python) or ESLint (JavaScript) with its default rules, and run it in the workflow.",
    category="practice",
    weight=LOW,
    judge=judge,
    needs=("hygiene",),
    grade="static",
    effort="minutes",
    level=2,
    examples=(
        Example("ruff", Evidence("general", probes={"hygiene": {"linters": ["ruff"]}}), "pass"),
        Example("none", Evidence("general", probes={"hygiene": {"linters": []}}), "fail"),
    ),
)
