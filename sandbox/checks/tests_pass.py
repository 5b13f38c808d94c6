"""Do the team's own tests run and pass in the sandbox?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_shown, passed


def judge(evidence: Evidence) -> Finding:
    tests = evidence.probe("tests") or {}
    pointer = ("/probes/tests",)
    good, bad = tests.get("passed"), tests.get("failed")
    nothing = _nothing(tests)
    if nothing:
        return failed(nothing, evidence=pointer)
    if good is None or bad is None:
        return not_shown("The test command ended well, but its summary cannot be read: declare one that uses pytest.")
    observed = f"{good} of {good + bad} tests passed in {tests['seconds']:.0f} s."
    if bad or tests["exit_code"]:
        names = ", ".join(tests["failures"][:3])
        observed += f" Failed: {names}." if names else f" Exit code {tests['exit_code']}."
        return failed(observed, score=round(0.6 * good / (good + bad), 2), evidence=pointer)
    return passed(observed, evidence=pointer)


def _nothing(tests: dict[str, Any]) -> str:
    """Why there is nothing to count, "" when there is."""
    if not tests["ran"]:
        return str(tests["why"]) if tests.get("runner") else f"No tests were run: {tests['why']}"
    if tests["timed_out"]:
        return f"The tests did not end within {tests['seconds']:.0f} s."
    if tests["passed"] is None and tests["exit_code"]:
        return f"The test command ended with exit code {tests['exit_code']}."
    return "The test command ran, and found no test." if tests["passed"] == tests["failed"] == 0 else ""


def _tests(**seen: Any) -> Evidence:
    base = {"ran": True, "why": "", "runner": "pytest", "exit_code": 0, "passed": 12, "failed": 0, "skipped": 0}
    return Evidence("general", probes={"tests": base | {"seconds": 3.0, "timed_out": False, "failures": [], **seen}})


CHECK = Check(
    id="tests_pass",
    version=1,
    title="The tests pass",
    failed_title="The tests do not pass",
    why=(
        "Tests that nobody can run protect nothing. The platform installs what they need on top of the app's image, "
        "runs them without a network, and counts what passes."
    ),
    fix="Make `pytest` (or `npm test`) pass in a fresh clone, and run it in a workflow at every push.",
    category="practice",
    weight=HIGH,
    follows="has_tests",
    judge=judge,
    needs=("tests",),
    level=2,
    effort="hours",
    examples=(
        Example("all pass", _tests(), "pass"),
        Example("one fails", _tests(exit_code=1, passed=11, failed=1, failures=["tests/test_a.py::test_b"]), "fail"),
        Example("found none", _tests(exit_code=5, passed=0), "fail"),
        Example("endless", _tests(exit_code=None, passed=None, timed_out=True, seconds=120.0), "fail"),
        Example("unreadable", _tests(runner="declared", passed=None, failed=None), "inconclusive"),
        Example("no tests", _tests(ran=False, why="There are no test files.", runner=""), "fail"),
    ),
)
