"""How much of the code do the tests run?"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    tests = evidence.probe("tests") or {}
    pointer = ("/probes/tests/covered_pct",)
    if not tests["ran"]:
        return failed(f"Nothing is covered: {tests['why']}", evidence=("/probes/tests/why",))
    if tests["covered_pct"] is None:
        return not_applicable("Coverage is measured for Python tests that can be started by coverage.py.")
    share = tests["covered_pct"]
    score = round(min(1.0, share / thresholds["good_pct"]), 2)
    observed = f"The tests run {share:.0f} % of the lines."
    if share >= thresholds["least_pct"]:
        return passed(observed, score=score, evidence=pointer)
    return failed(observed, score=score, evidence=pointer)


def _covered(share: float | None) -> Evidence:
    return Evidence("general", probes={"tests": {"ran": True, "why": "", "covered_pct": share}})


CHECK = Check(
    id="tests_cover_the_code",
    version=1,
    title="The tests cover the code",
    failed_title="The tests leave most of the code out",
    why="Lines that no test runs can break without anybody noticing. Coverage shows where, and not how good they are.",
    fix="Run `coverage report -m`, and write a test for the file with the most missing lines.",
    category="practice",
    weight=MEDIUM,
    follows="has_tests",
    judge=judge,
    needs=("tests",),
    level=2,
    effort="hours",
    thresholds={"least_pct": 50.0, "good_pct": 80.0},
    examples=(
        Example("most", _covered(91.0), "pass"),
        Example("half", _covered(60.0), "pass"),
        Example("little", _covered(14.0), "fail"),
        Example("unknown", _covered(None), "not_applicable"),
        Example(
            "no tests",
            Evidence(
                "general", probes={"tests": {"ran": False, "why": "There are no test files.", "covered_pct": None}}
            ),
            "fail",
        ),
    ),
)
