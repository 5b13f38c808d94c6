"""Are there tests in the repository?"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    tests = (evidence.probe("practice") or {})["tests"]
    pointer = ("/probes/practice/tests",)
    if tests["functions"] >= max(thresholds["least_tests"], 1):
        return passed(f"{tests['functions']} tests in {len(tests['files'])} files.", evidence=pointer)
    if tests["functions"]:
        score = round(0.8 * tests["functions"] / thresholds["least_tests"], 2)
        return failed(f"{tests['functions']} tests in {len(tests['files'])} files.", score=score, evidence=pointer)
    if tests["files"]:
        return failed("There are test files, but no test in them.", score=0.2, evidence=pointer)
    return failed("No tests were found.", evidence=pointer)


CHECK = Check(
    id="has_tests",
    version=1,
    title="Has tests",
    failed_title="Has no tests",
    why=(
        "Tests are how a team tells whether a change broke something. Here they are only looked for; whether they"
        " pass is another question."
    ),
    fix="Add tests/test_app.py with one test for each route that checks the status and one value of the answer.",
    category="practice",
    weight=HIGH,
    grade="static",
    effort="hours",
    level=1,
    thresholds={"least_tests": 1},
    judge=judge,
    needs=("practice",),
    examples=(
        Example(
            "tests",
            Evidence("general", probes={"practice": {"tests": {"files": ["tests/test_api.py"], "functions": 4}}}),
            "pass",
        ),
        Example(
            "empty", Evidence("general", probes={"practice": {"tests": {"files": ["test.py"], "functions": 0}}}), "fail"
        ),
        Example("none", Evidence("general", probes={"practice": {"tests": {"files": [], "functions": 0}}}), "fail"),
    ),
)
