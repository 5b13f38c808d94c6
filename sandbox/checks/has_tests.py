"""Are there tests in the repository?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    tests = (evidence.probe("practice") or {})["tests"]
    pointer = ("/probes/practice/tests",)
    if tests["functions"]:
        return passed(f"{tests['functions']} tests in {len(tests['files'])} files.", evidence=pointer)
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
    fix="Add a tests folder with one test for each route, and run it before every push.",
    category="practice",
    weight=HIGH,
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
