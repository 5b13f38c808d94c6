"""Is there a path that tells whether the service is well?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    boot = evidence.probe("boot") or {}
    if boot.get("state") == "healthy":
        return passed(f"{boot['health_path']} answers with a true success.", evidence=("/probes/boot/health_path",))
    return failed("It answers, but no path says that it is healthy.", evidence=("/probes/boot/candidates",))


CHECK = Check(
    id="answers_health_path",
    version=1,
    title="Answers a health path",
    failed_title="Has no health path",
    why=(
        "Whoever operates the service has to ask it whether it is well. A path such as /health that answers 200 "
        "only when it is lets a load balancer or Kubernetes do so."
    ),
    fix="Add GET /health that answers 200 with a small JSON body, and something else when a dependency is gone.",
    category="deploy",
    weight=HIGH,
    judge=judge,
    needs=("boot",),
    examples=(
        Example(
            "healthy", Evidence("general", probes={"boot": {"state": "healthy", "health_path": "/health"}}), "pass"
        ),
        Example("only alive", Evidence("general", probes={"boot": {"state": "alive", "health_path": None}}), "fail"),
    ),
)
