"""File names that tools look for and that somebody typed nearly right: requirement.txt, Dockerfile.txt, Procfiel."""

from __future__ import annotations

import difflib
import re

from sandbox.tree import Tree

_ALIKE = 0.85
# Files for another purpose whose names are as near.
_ON_PURPOSE = re.compile(r"dev|test|\.(?:in|lock|ya?ml|md|dockerignore)$", re.IGNORECASE)


def misspelt(tree: Tree, folder: str, name: str) -> str:
    """The file of a folder whose name is nearly, but not quite, `name`; "" when there is none."""
    prefix = folder + "/" if folder else ""
    for path in tree.paths:
        inside = path[len(prefix) :]
        if not path.startswith(prefix) or "/" in inside or inside == name or _ON_PURPOSE.search(inside):
            continue
        plain = re.sub(r"[-_ ]", "", inside).lower()
        # Editors of Windows add an ending of their own.
        plain = re.sub(r"\.txt\.txt$", ".txt", plain) if name.endswith(".txt") else plain.removesuffix(".txt")
        if difflib.SequenceMatcher(None, plain, name.lower()).ratio() > _ALIKE:
            return path
    return ""


def told(path: str, name: str) -> str:
    """The sentence about it."""
    return f"{path} is probably meant to be {name}: rename it."
