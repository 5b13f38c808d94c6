"""Does the README say what this is and how to start it?"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    readme = (evidence.probe("practice") or {})["readme"]
    pointer = ("/probes/practice/readme",)
    if readme is None:
        return failed("There is no README.", evidence=pointer)
    if readme["commands"] and readme["words"] >= thresholds["least_words"]:
        return passed(f"{readme['path']} has {readme['words']} words and shows commands.", evidence=pointer)
    missing = "no command" if readme["words"] >= thresholds["least_words"] else "little text"
    return failed(f"{readme['path']} has {readme['words']} words and {missing}.", score=0.4, evidence=pointer)


CHECK = Check(
    id="explains_how_to_run",
    version=1,
    title="The README says how to run it",
    failed_title="The README does not say how to run it",
    why=(
        "The README is the first thing that a recruiter opens. Two sentences and one command decide whether they go on."
    ),
    fix="Write what it does in three sentences, and a block of code with the commands that start it from a clone.",
    category="practice",
    weight=MEDIUM,
    grade="static",
    effort="minutes",
    level=1,
    thresholds={"least_words": 40},
    judge=judge,
    needs=("practice",),
    examples=(
        Example(
            "good",
            Evidence("general", probes={"practice": {"readme": {"path": "README.md", "words": 200, "commands": 3}}}),
            "pass",
        ),
        Example(
            "a title",
            Evidence("general", probes={"practice": {"readme": {"path": "README.md", "words": 2, "commands": 0}}}),
            "fail",
        ),
        Example("none", Evidence("general", probes={"practice": {"readme": None}}), "fail"),
    ),
)
