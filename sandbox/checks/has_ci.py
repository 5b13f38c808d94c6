"""Is there a workflow that runs on every push?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    workflows = (evidence.probe("practice") or {})["ci"]
    pointer = ("/probes/practice/ci",)
    if not workflows:
        return failed("No workflow was found.", evidence=pointer)
    testing = [row["path"] for row in workflows if row["runs_tests"]]
    if testing:
        return passed(f"{testing[0]} runs the tests.", evidence=pointer)
    return failed(f"{workflows[0]['path']} runs no tests.", score=0.5, evidence=pointer)


CHECK = Check(
    id="has_ci",
    version=1,
    title="Has continuous integration",
    failed_title="Has no continuous integration",
    why="A workflow that builds and tests every push keeps the main branch working while several people change it.",
    fix="Add .github/workflows/ci.yml that checks out, installs the requirements and runs the tests on every push.",
    category="practice",
    weight=MEDIUM,
    grade="static",
    effort="hours",
    level=2,
    judge=judge,
    needs=("practice",),
    examples=(
        Example(
            "tests",
            Evidence(
                "general", probes={"practice": {"ci": [{"path": ".github/workflows/ci.yml", "runs_tests": True}]}}
            ),
            "pass",
        ),
        Example(
            "deploys only",
            Evidence("general", probes={"practice": {"ci": [{"path": ".gitlab-ci.yml", "runs_tests": False}]}}),
            "fail",
        ),
        Example("none", Evidence("general", probes={"practice": {"ci": []}}), "fail"),
    ),
)
