"""Is the image small enough to ship often?"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.curve import less_is_better
from sandbox.evidence import Evidence
from sandbox.finding import LOW, Check, Example, Finding, failed, passed


def judge(evidence: Evidence, thresholds: Mapping[str, float]) -> Finding:
    build = evidence.probe("build") or {}
    if "image_bytes" not in build:
        return failed("There is no image.")
    megabytes = build["image_bytes"] / 1e6
    score = less_is_better(megabytes, median=thresholds["median_mb"], p10=thresholds["p10_mb"])
    observed = f"The image has {megabytes:.0f} MB."
    pointer = ("/probes/build/image_bytes",)
    return (
        passed(observed, score=score, evidence=pointer)
        if score >= 0.5
        else failed(observed, score=score, evidence=pointer)
    )


CHECK = Check(
    id="image_stays_small",
    version=1,
    title="The image is small",
    failed_title="The image is large",
    why=(
        "A large image is slow to ship, slow to start on a new machine and carries more that can be attacked. 400"
        " MB is comfortable for a service with common libraries."
    ),
    fix=(
        "Start from a slim base such as python:3.12-slim, install with --no-cache-dir, and leave data, .git and "
        "compilers out with a .dockerignore and a second build stage."
    ),
    category="build",
    weight=LOW,
    effort="hours",
    level=2,
    thresholds={"median_mb": 1200, "p10_mb": 400},
    judge=judge,
    needs=("build",),
    examples=(
        Example("slim", Evidence("general", probes={"build": {"image_bytes": 180_000_000}}), "pass"),
        Example("huge", Evidence("general", probes={"build": {"image_bytes": 4_000_000_000}}), "fail"),
    ),
)
