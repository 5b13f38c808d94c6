"""Heroku's Procfile, which many platforms read: one process type a line, and the command that starts it."""

from __future__ import annotations

import re

from sandbox.tree import Tree

MAX_TEXT = 64 * 1024
_PROCESS = re.compile(r"^([A-Za-z][\w-]*)[ \t]*:[ \t]*(\S[^\r\n]{0,1999})", re.MULTILINE)


def processes(tree: Tree, path: str = "Procfile") -> dict[str, str]:
    """Process type -> command, in the order of the file; {} when it is not there. The first of a name counts."""
    found: dict[str, str] = {}
    for name, command in _PROCESS.findall(tree.read(path, MAX_TEXT)):
        found.setdefault(name, command.strip())
    return found


def web_command(tree: Tree, path: str = "Procfile") -> str:
    """What its `web` line starts, "" without one."""
    return processes(tree, path).get("web", "")
