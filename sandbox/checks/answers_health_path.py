"""Is there a path that tells whether the service is well?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed

CONSTANT = "Let the health path say the same to everybody who asks, for as long as the service is well."


def judge(evidence: Evidence) -> Finding:
    boot = evidence.probe("boot") or {}
    later = evidence.probe("health") or {}
    if boot.get("state") == "healthy" and later.get("asked", 0) > later.get("good", 0):
        bad = next(row for row in later["answers"] if row["why"])
        observed = (
            f"{boot['health_path']} answered with success when the service started, and later to {later['good']} of "
            f"{later['asked']} questions. {bad['agent']} got: {bad['why']}."
        )
        score = round(0.6 * later["good"] / later["asked"], 2)
        return failed(observed, score=score, fix=CONSTANT, evidence=("/probes/health/answers",))
    if boot.get("state") == "healthy":
        return passed(f"{boot['health_path']} answers with a true success.", evidence=("/probes/boot/health_path",))
    return failed("It answers, but no path says that it is healthy.", evidence=("/probes/boot/candidates",))


CHECK = Check(
    id="answers_health_path",
    version=2,
    title="Answers a health path",
    failed_title="Has no health path",
    why=(
        "Whoever operates the service has to ask it whether it is well. A path such as /health that answers 200 "
        "only when it is lets a load balancer or Kubernetes do so."
    ),
    fix="Add GET /health that answers 200 with a small JSON body, and something else when a dependency is gone.",
    category="deploy",
    weight=HIGH,
    effort="minutes",
    level=1,
    judge=judge,
    needs=("boot",),
    examples=(
        Example(
            "healthy", Evidence("general", probes={"boot": {"state": "healthy", "health_path": "/health"}}), "pass"
        ),
        Example(
            "only at first",
            Evidence(
                "general",
                probes={
                    "boot": {"state": "healthy", "health_path": "/health"},
                    "health": {
                        "asked": 2,
                        "good": 0,
                        "answers": [{"agent": "a", "status": 500, "why": "answered 500"}],
                    },
                },
            ),
            "fail",
        ),
        Example("only alive", Evidence("general", probes={"boot": {"state": "alive", "health_path": None}}), "fail"),
    ),
)
