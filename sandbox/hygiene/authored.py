"""Which files of a repository the team wrote itself."""

from __future__ import annotations

from pathlib import PurePosixPath

from sandbox.tree import Tree

VENDORED = frozenset(
    {"node_modules", "vendor", "venv", ".venv", "env", "site-packages", "dist", "build", "__pycache__"}
)


def paths(tree: Tree) -> list[str]:
    """All paths but those of installed, vendored and built files."""
    return [path for path in tree.paths if VENDORED.isdisjoint(PurePosixPath(path).parts)]


def readme(tree: Tree) -> str:
    """The README at the root, "" without one."""
    return next((path for path in tree.paths if "/" not in path and PurePosixPath(path).stem.lower() == "readme"), "")
