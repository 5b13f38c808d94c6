"""Does the image's own user differ from root?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import HIGH, Check, Example, Finding, failed, not_applicable, passed
from sandbox.plan import WRITTEN_BY_TEAM

DOCKERFILE, STACK = {"buildpack": "dockerfile"}, {"buildpack": "compose"}


def judge(evidence: Evidence) -> Finding:
    if (evidence.plan or {}).get("buildpack") not in WRITTEN_BY_TEAM:
        return not_applicable("The platform wrote the Dockerfile, so its user says nothing about the team.")
    user = str((evidence.probe("build") or {}).get("config", {}).get("user") or "")
    name = user.partition(":")[0]
    if name in ("", "0", "root"):
        return failed("The image runs as root.", evidence=("/probes/build/config/user",))
    return passed(f"The image runs as the user {name}.", evidence=("/probes/build/config/user",))


CHECK = Check(
    id="runs_as_non_root",
    version=1,
    title="Runs as an ordinary user",
    failed_title="Runs as root",
    why="A service that runs as root hands an attacker the whole container. One line in the Dockerfile prevents it.",
    fix="Put RUN useradd --create-home app and USER app before CMD in the Dockerfile.",
    category="build",
    weight=HIGH,
    grade="static",
    effort="minutes",
    level=2,
    judge=judge,
    needs=("build",),
    examples=(
        Example(
            "own user", Evidence("general", plan=DOCKERFILE, probes={"build": {"config": {"user": "app"}}}), "pass"
        ),
        Example(
            "no USER line", Evidence("general", plan=DOCKERFILE, probes={"build": {"config": {"user": ""}}}), "fail"
        ),
        Example(
            "root with group",
            Evidence("general", plan=DOCKERFILE, probes={"build": {"config": {"user": "0:0"}}}),
            "fail",
        ),
        Example("stack", Evidence("general", plan=STACK, probes={"build": {"config": {"user": ""}}}), "fail"),
        Example("generated", Evidence("general", plan={"buildpack": "python"}, probes={"build": {}}), "not_applicable"),
    ),
)
