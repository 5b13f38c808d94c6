"""A job that a team's own Dockerfile starts: its command trains a model and nothing in it serves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sandbox.jobs.commands import started
from sandbox.jobs.learning import TRAINING_NAME, is_learning, reached, stem, stems
from sandbox.pysource.syntax import Module
from sandbox.tree import Tree

_SHELL = re.compile(r"&&|\|\||;")


def job_hint(tree: Tree, parsed: Sequence[Module], command: str) -> dict[str, Any]:
    """{"job": ...} for the plan's hints when the last program of the command trains a model, else {}."""
    last = _SHELL.split(command)[-1].strip().removeprefix("exec ")
    one = started(tree, last)
    module = next((module for module in parsed if one is not None and module.path == one.path), None)
    if module is None or not (is_learning(reached(module, stems(parsed))) or TRAINING_NAME.search(stem(module.path))):
        return {}
    return {"job": {"kind": "script", "title": module.path, "commands": [command], "folder": "", "metrics": []}}
