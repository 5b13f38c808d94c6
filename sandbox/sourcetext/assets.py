"""Files beside the source that a program reads while it runs: templates, pages, settings, data."""

from __future__ import annotations

import re

from sandbox.sourcetext.files import is_aside
from sandbox.tree import Tree

MAX_ASSETS = 24
# A path outside this set could end an instruction of the generated Dockerfile or be expanded in it.
PLAIN_PATH = re.compile(r"[\w./@+-]+")
_NEVER = re.compile(
    r"(?:^|/)(?:\.[^/]*|readme[^/]*|licen[cs]e[^/]*|changelog[^/]*|contributing[^/]*|[^/]*\.(?:md|rst|sh|bat|cmd|lock|mod"
    r"|sum|work|log|out|exe|bin|o|so|class|iml|go|java|kt|rs|py|ts|gradle|kts)|makefile|dockerfile[^/]*|(?:docker-)?compose[^/]*|cargo\.toml|build\.rs"
    r"|rust-toolchain[^/]*|procfile|system\.properties|package(?:-lock)?\.json|[^/]*_test\.[^/]*)$",
    re.IGNORECASE,
)


def assets(tree: Tree, suffix: str) -> tuple[str, ...]:
    """Folders that hold no source of the language, and single files at the root: what the image needs beside the
    program. The root alone ("",) when there are too many to name."""
    with_source: set[str] = set()
    for path in tree.paths:
        if path.endswith(suffix):
            folder = path.rpartition("/")[0]
            while folder and folder not in with_source:
                with_source.add(folder)
                folder = folder.rpartition("/")[0]
    found: dict[str, None] = {}
    for path in tree.paths:
        if path.endswith(suffix) or is_aside(path) or not PLAIN_PATH.fullmatch(path):
            continue
        parts = path.split("/")
        folders = ("/".join(parts[:depth]) for depth in range(1, len(parts)))
        without = next((folder for folder in folders if folder not in with_source), None)
        if without is not None:
            found[without] = None
        elif not _NEVER.search(path):
            found[path] = None
    chosen = [path for path in found if PLAIN_PATH.fullmatch(path)]
    return tuple(chosen) if len(chosen) <= MAX_ASSETS else ("",)
