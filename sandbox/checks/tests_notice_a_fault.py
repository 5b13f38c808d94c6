"""Do the tests fail when the code is broken?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence) -> Finding:
    tests = evidence.probe("tests") or {}
    planted, pointer = tests["planted"], ("/probes/tests/planted",)
    if not tests["ran"]:
        return failed(f"No tests were run: {tests['why']}", evidence=pointer)
    if not planted["ran"]:
        return not_applicable(planted["why"])
    where = f"{planted['functions']} function{'s' if planted['functions'] != 1 else ''}"
    if planted["exit_code"] == 0:
        return failed(f"A fault was planted in {where}, and every test still passed.", evidence=pointer)
    return passed(f"A fault was planted in {where}, and the tests failed as they should.", evidence=pointer)


def _planted(**seen: Any) -> Evidence:
    planted = {"ran": True, "why": "", "functions": 4, "exit_code": 1, "failed": 3, **seen}
    return Evidence("general", probes={"tests": {"ran": True, "why": "", "planted": planted}})


CHECK = Check(
    id="tests_notice_a_fault",
    version=1,
    title="The tests notice a fault",
    failed_title="The tests pass although the code is broken",
    why=(
        "A test that passes whatever the code does is decoration. The platform makes every request handler raise an "
        "error in a copy of the code, and runs the tests again: they have to fail."
    ),
    fix="Call your routes in the tests (FastAPI's or Flask's test client), and assert what they answer.",
    category="practice",
    weight=HIGH,
    follows="has_tests",
    judge=judge,
    needs=("tests",),
    level=3,
    effort="hours",
    examples=(
        Example("noticed", _planted(), "pass"),
        Example("unnoticed", _planted(exit_code=0, failed=0), "fail"),
        Example("not planted", _planted(ran=False, why="The tests do not pass as they are."), "not_applicable"),
        Example(
            "no tests",
            Evidence("general", probes={"tests": {"ran": False, "why": "There are no test files.", "planted": {}}}),
            "fail",
        ),
    ),
)
