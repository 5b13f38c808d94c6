"""Write an assay.yaml for a folder, with what detection decides as comments."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from sandbox.buildpacks import detected
from sandbox.commands import DONE
from sandbox.faults import TeamFault, one_line
from sandbox.manifest import DOCUMENTED, NAMES, find
from sandbox.plan import Plan
from sandbox.tree import Tree

_NOT_HANDED_IN = re.compile(r"(?:^|/)(?:\.git|node_modules|\.?venv|__pycache__|\.tox|\.mypy_cache)/")


@dataclass(frozen=True)
class _Working(Tree):
    """A folder that is worked in: without what is never committed."""

    @cached_property
    def paths(self) -> tuple[str, ...]:
        return tuple(path for path in super().paths if not _NOT_HANDED_IN.search(path))

    def below(self, folder: str) -> Tree:
        return _Working(super().below(folder).root)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="FOLDER", help="where it goes (here)")
    parser.add_argument("--force", action="store_true", help="overwrite the one that is there")


def main(given: argparse.Namespace) -> int:
    """Exit status 0; 2 when the folder is none, has a manifest already, or cannot be written to."""
    folder: Path = given.folder
    if not folder.is_dir():
        raise TeamFault("folder_missing", f"{folder} is no folder", fix="Name the folder of your project.")
    tree = _Working(folder)
    there = next((name for name in NAMES if (folder / name).exists() or (folder / name).is_symlink()), "")
    if there and not given.force:
        raise TeamFault("manifest_exists", f"{there} is there already", fix="Change it, or overwrite it with --force.")
    try:
        plan, reason = detected(tree), ""
    except TeamFault as fault:
        plan, reason = None, fault.title
    target = folder / (find(tree) or there or NAMES[0])
    try:
        target.write_text(text_of(plan))
    except OSError as error:
        fix = "Name a folder that you may write to."
        raise TeamFault("output_unwritable", f"{target} cannot be written", detail=str(error), fix=fix) from None
    print(f"{target} is written.")
    print(f"Detected: {plan.runtime}." if plan else f"{reason}: fill in start.")
    print("Next: take the # from what you want to fix, commit the file, and try it with: assay run .")
    return DONE


def text_of(plan: Plan | None) -> str:
    """The manifest's text: only its version counts, everything else is a comment to be taken."""
    lines = [
        "# How Assay builds and starts this project. Every member is optional but the version.",
        f"# What a line means, and what else there is: {DOCUMENTED}",
        "version: 1",
        "",
    ]
    if plan is None:
        lines += ["# Nothing here was recognised as an application. Say what starts it:", ""]
    else:
        lines += [f"# Without more, this is what happens: {one_line(plan.runtime)}"]
        lines += [f"#   {one_line(why)}" for why in plan.why]
        lines += [f"#   also possible: {one_line(other)}" for other in plan.alternatives] + [""]
    for comment, member in _members(plan):
        lines += [f"# {comment}", *(f"# {line}" for line in _yaml(member)), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _yaml(member: dict[str, object]) -> list[str]:
    return yaml.safe_dump(member, sort_keys=False, allow_unicode=True, width=10_000).rstrip("\n").split("\n")


def _members(plan: Plan | None) -> list[tuple[str, dict[str, object]]]:
    """(what it is for, the member as decided or as an example)."""
    start = list(plan.start) if plan else []
    command: object = start[2] if start[:2] == ["sh", "-c"] and len(start) == 3 else start
    compose = plan is not None and plan.buildpack == "compose"
    dockerfile = "" if compose or plan is None else str(plan.hints.get("dockerfile", ""))
    deciding: dict[str, object] = (
        {"dockerfile": dockerfile} if dockerfile else {"buildpack": plan.buildpack if plan else "python"}
    )
    return [
        ("The folder to build, when it is not all of the repository.", {"root": (plan and plan.context) or "backend"}),
        ("Who decides how it is built.", {"compose": False} if compose else deciding),
        ("What starts it; a shell runs it.", {"start": command or "python main.py"}),
        ("Where it listens. It gets the number as PORT.", {"port": plan.ports[0] if plan and plan.ports else 8000}),
        ("What answers 200 when all is well.", {"health": plan.health[0] if plan and plan.health else "/health"}),
        ("Environment of the service. No real secrets: the report shows them.", {"env": {"LOG_LEVEL": "info"}}),
        ("Databases beside it, by image.", {"services": ["postgres:16", "redis:7"]}),
    ]
