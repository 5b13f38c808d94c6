"""A plan made for a folder of a repository, as a plan of the whole repository."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sandbox.plan import Plan
from sandbox.tree import Tree

# Members of a plan's hints that name a file.
_PATHS = ("app", "dockerfile", "loopback")


def is_folder(tree: Tree, path: str) -> bool:
    """Whether the tree has files below a folder: one behind a symbolic link has none."""
    return not path or any(one.startswith(f"{path}/") for one in tree.paths)


def within(folder: str, plan: Plan) -> Plan:
    """The plan with its paths counted from the root of the repository; "" changes nothing."""
    if not folder:
        return plan
    hints: dict[str, Any] = dict(plan.hints)
    for name in _PATHS:
        if isinstance(hints.get(name), str):
            hints[name] = f"{folder}/{hints[name]}"
    companions = tuple(replace(one, context=_joined(folder, one.context)) for one in plan.companions)
    return replace(plan, context=_joined(folder, plan.context), hints=hints, companions=companions)


def _joined(folder: str, path: str) -> str:
    return f"{folder}/{path}" if path else folder
