"""Does a licence say what others may do with the code?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    path = (evidence.probe("practice") or {})["licence"]
    if path:
        return passed(f"{path} is there.", evidence=("/probes/practice/licence",))
    return failed("No licence file was found.", evidence=("/probes/practice/licence",))


CHECK = Check(
    id="has_licence",
    version=1,
    title="Has a licence",
    failed_title="Has no licence",
    why="Without a licence nobody may use the code, not even an employer who wants to try it.",
    fix="Add a file LICENSE with the text of the MIT or Apache-2.0 licence; your git host offers it in one click.",
    category="practice",
    weight=LOW,
    grade="static",
    effort="minutes",
    level=1,
    judge=judge,
    needs=("practice",),
    examples=(
        Example("licence", Evidence("general", probes={"practice": {"licence": "LICENSE"}}), "pass"),
        Example("none", Evidence("general", probes={"practice": {"licence": None}}), "fail"),
    ),
)
