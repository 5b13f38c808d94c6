"""Does the repository build from a clean clone within the limits, as it is?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.evidence import Evidence
from sandbox.finding import CRITICAL, Check, Example, Finding, failed, passed
from sandbox.repairs import all_repairs

# Notes of the buildpacks that say what had to be changed before anything was tried. The others are information
# (environment_committed, lfs_pointer) or no change of what the team wrote (environment_example, mount_left_out).
_CHANGES = frozenset(
    {"build_added", "environment_placeholder", "go_mod_added", "manifest_misspelt", "requirement_left_out"}
    | {"requirement_misnamed"}
    | {
        "requirement_path_removed",
        "requirement_variant_dropped",
        "requirements_converted",
        "requirements_guessed",
        "requirements_reencoded",
    }
    | {"server_added", "start_expanded", "start_for_production", "start_opened", "start_preview"}
    | {"start_without_watcher"}
)
# What may be so only in the release that a stand-in for the wanted base is made of: then it is ours to repair.
_OF_THE_BASE = frozenset({"system_package_renamed", "system_python_opened"})
# What an image is worth that came out with one change, with two, with more.
_WORTH = (0.7, 0.6, 0.5)


def judge(evidence: Evidence) -> Finding:
    build = evidence.probe("build") or {}
    if "image_digest" not in build:
        return failed("The build ended with an error.", evidence=("/probes/build/log_tail",))
    took = f"An image came out of the build after {build['build_s']:.0f} s"
    changes = _changes(evidence)
    if not changes:
        return passed(f"{took}.", evidence=("/probes/build",))
    done, to_do = zip(*(_said(note) for _, note in changes[:3]), strict=True)
    more = f"; and {len(changes) - 3} more" if len(changes) > 3 else ""
    return passed(
        f"{took}, with changes by the platform: {'; '.join(text.rstrip('.') for text in done)}{more}.",
        score=_WORTH[min(len(changes), len(_WORTH)) - 1],
        fix=" ".join(text for text in to_do if text),
        evidence=("/probes/build", *(f"/plan/repairs/{number}" for number, _ in changes)),
    )


def _said(note: Mapping[str, Any]) -> tuple[str, str]:
    """What was done, which names the companion that it was done to, and how the team does it itself there."""
    done, _, to_do = note["why"].partition(". ")
    return done, f"{note['service']}: {to_do}" if to_do and note.get("service") else to_do


def _changes(evidence: Evidence) -> list[tuple[int, Mapping[str, Any]]]:
    """The plan's notes that count, with their places among all of them."""
    counted = _CHANGES | {repair.id for repair in all_repairs()}
    plan = evidence.plan or {}
    if any(base.get("how") == "stand-in" for base in plan.get("base_images", ())):
        counted -= _OF_THE_BASE
    notes = plan.get("repairs", [])
    return [(number, note) for number, note in enumerate(notes) if note["id"] in counted]


def _built(*notes: str) -> Evidence:
    why = "gunicorn was added to serve the application. Add gunicorn to requirements.txt."
    return Evidence(
        "general",
        plan={"repairs": [{"id": note, "why": why} for note in notes]},
        probes={"build": {"image_digest": "sha256:0", "build_s": 12.0}},
    )


CHECK = Check(
    id="builds_from_clean_clone",
    version=2,
    title="Builds from a clean clone",
    failed_title="Does not build from a clean clone",
    why=(
        "Nothing else can be seen of a project that builds only on its author's laptop. The build starts from the"
        " commit alone: no local files, no secrets. What the platform had to change on the way costs a part"
        " of the score: 0.7 is left after one change, 0.6 after two, 0.5 after more."
    ),
    fix="Run git clone into an empty folder, build it there, and commit whatever was missing.",
    category="build",
    weight=CRITICAL,
    effort="hours",
    level=1,
    judge=judge,
    needs=("build",),
    examples=(
        Example("built", Evidence("general", probes={"build": {"image_digest": "sha256:0", "build_s": 12.0}}), "pass"),
        Example("built after a change", _built("server_added"), "pass"),
        Example("built, with something to know", _built("environment_committed"), "pass"),
        Example("step failed", Evidence("general", probes={"build": {"log_tail": "exit 1", "build_s": 3.0}}), "fail"),
    ),
)
