"""Does the deployed service answer HTTP at all?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    boot = evidence.probe("boot") or {}
    if boot.get("state") in ("alive", "healthy"):
        return passed(
            f"Answered on port {boot['port']} after {boot['ready_after_s']:.1f} s.", evidence=("/probes/boot",)
        )
    if boot.get("why") == "answers_errors":
        return failed(
            f"Port {boot['port']} answered every request with a server error.",
            fix="Read the last error in the log below, and mend what raises it.",
            evidence=("/probes/boot",),
        )
    return failed("Nothing answered HTTP.", evidence=("/probes/boot",))


CHECK = Check(
    id="answers_http",
    version=2,
    title="Deploys and answers HTTP",
    failed_title="Does not answer HTTP when deployed",
    why="A service that nobody can reach does not exist. Any answer counts here, also a 404.",
    fix="Start the server on 0.0.0.0 and on the port that the PORT variable names.",
    category="deploy",
    weight=CRITICAL,
    effort="minutes",
    level=1,
    judge=judge,
    needs=("boot",),
    examples=(
        Example(
            "healthy",
            Evidence("general", probes={"boot": {"state": "healthy", "port": 8000, "ready_after_s": 1.2}}),
            "pass",
        ),
        Example(
            "alive", Evidence("general", probes={"boot": {"state": "alive", "port": 80, "ready_after_s": 3.0}}), "pass"
        ),
        Example(
            "only errors",
            Evidence("general", probes={"boot": {"state": "failed", "why": "answers_errors", "port": 80}}),
            "fail",
        ),
        Example("silent", Evidence("general", probes={"boot": {"state": "failed"}}), "fail"),
    ),
)
