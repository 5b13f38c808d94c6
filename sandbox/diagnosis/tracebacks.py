"""Where in the team's own code a Python traceback ends."""

from __future__ import annotations

import re

from sandbox.launch.stage import last_stage
from sandbox.plan import Plan
from sandbox.tree import Tree

_FRAME = re.compile(r'^[ \t]*File "(?P<file>[^"\n]{1,300})", line (?P<line>\d{1,7})', re.MULTILINE)
_LIBRARY = re.compile(r"site-packages|dist-packages|/usr/(?:local/)?lib/|<frozen|<string>|/usr/local/bin/|\.venv/")


def traceback_place(log: str, plan: Plan, tree: Tree | None) -> str | None:
    """The innermost line of the team's own code in the last traceback, as the repository names the file.

    Without a tree the image's own paths have to do: what lies below the folder that the source was copied to.
    """
    frames = [(match["file"], match["line"]) for match in _FRAME.finditer(log) if not _LIBRARY.search(match["file"])]
    prefix = f"{plan.context}/" if plan.context else ""
    root = _source_root(plan)
    for file, line in reversed(frames):
        if tree is None:
            inside = file.removeprefix(root)
            if not inside.startswith("/"):
                return f"{prefix}{inside}:{line}"
            continue
        parts = [part for part in file.split("/") if part not in ("", ".")]
        for skipped in range(len(parts)):
            path = prefix + "/".join(parts[skipped:])
            if path in tree:
                return f"{path}:{line}"
    return None


def _source_root(plan: Plan) -> str:
    """Where the repository's own root lies in the image: our Dockerfiles copy it to /app, others to their WORKDIR."""
    folder = "/app" if plan.buildpack != "dockerfile" else last_stage(plan.dockerfile).workdir
    return folder.rstrip("/") + "/" if folder.startswith("/") else "/"
