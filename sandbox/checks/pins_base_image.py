"""Does every FROM line name a version?"""

from __future__ import annotations

from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import MEDIUM, Check, Example, Finding, failed, not_applicable, passed
from sandbox.plan import WRITTEN_BY_TEAM


def _plan(wanted: str, buildpack: str = "dockerfile") -> dict[str, Any]:
    return {"buildpack": buildpack, "base_images": [{"wanted": wanted}]}


def judge(evidence: Evidence) -> Finding:
    plan = evidence.plan or {}
    if plan.get("buildpack") not in WRITTEN_BY_TEAM:
        return not_applicable("The platform wrote the Dockerfile and pinned its base.")
    wanted = [base["wanted"] for base in plan.get("base_images", [])]
    loose = [name for name in wanted if "@" not in name and name.rpartition("/")[2].partition(":")[2] in ("", "latest")]
    if loose:
        return failed(f"Without a version: {', '.join(loose)}.", evidence=("/plan/base_images",))
    return passed(f"Pinned: {', '.join(wanted) or 'built from scratch'}.", evidence=("/plan/base_images",))


CHECK = Check(
    id="pins_base_image",
    version=1,
    title="The base image is pinned",
    failed_title="The base image is not pinned",
    why="An unpinned base changes under you: the same commit builds a different image next month.",
    fix="Name a version in every FROM line and image, such as python:3.12-slim, better still with its digest.",
    category="build",
    weight=MEDIUM,
    grade="static",
    effort="minutes",
    level=2,
    judge=judge,
    needs=("build",),
    examples=(
        Example("tag", Evidence("general", plan=_plan("python:3.12-slim"), probes={"build": {}}), "pass"),
        Example("digest", Evidence("general", plan=_plan("python@sha256:00"), probes={"build": {}}), "pass"),
        Example(
            "registry with port",
            Evidence("general", plan=_plan("registry.example:5000/base"), probes={"build": {}}),
            "fail",
        ),
        Example("latest", Evidence("general", plan=_plan("python:latest"), probes={"build": {}}), "fail"),
        Example(
            "one of a stack",
            Evidence("general", plan=_plan("redis", "compose"), probes={"build": {}}),
            "fail",
        ),
        Example("generated", Evidence("general", plan={"buildpack": "python"}, probes={"build": {}}), "not_applicable"),
    ),
)
