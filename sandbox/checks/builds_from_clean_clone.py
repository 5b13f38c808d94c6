"""Does the repository build from a clean clone within the limits?"""

from __future__ import annotations

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, passed


def judge(evidence: Evidence) -> Finding:
    build = evidence.probe("build") or {}
    if "image_digest" not in build:
        return failed("The build ended with an error.", evidence=("/probes/build/log_tail",))
    return passed(f"An image came out of the build after {build['build_s']:.0f} s.", evidence=("/probes/build",))


CHECK = Check(
    id="builds_from_clean_clone",
    version=1,
    title="Builds from a clean clone",
    failed_title="Does not build from a clean clone",
    why=(
        "Nothing else can be seen of a project that builds only on its author's laptop. The build starts from the"
        " commit alone: no cache, no local files, no secrets."
    ),
    fix="Clone your repository into an empty folder and build it there; commit whatever is missing.",
    category="build",
    weight=CRITICAL,
    judge=judge,
    needs=("build",),
    examples=(
        Example("built", Evidence("general", probes={"build": {"image_digest": "sha256:0", "build_s": 12.0}}), "pass"),
        Example("step failed", Evidence("general", probes={"build": {"log_tail": "exit 1", "build_s": 3.0}}), "fail"),
    ),
)
