"""Where in the team's own code a Python traceback ends."""

from __future__ import annotations

import re

from sandbox.tree import Tree

_FRAME = re.compile(r'^\s*File "(?P<file>[^"\n]{1,300})", line (?P<line>\d{1,7})', re.MULTILINE)
_LIBRARY = re.compile(r"site-packages|dist-packages|/usr/(?:local/)?lib/|<frozen|<string>|/usr/local/bin/|\.venv/")


def traceback_place(log: str, context: str, tree: Tree | None) -> str | None:
    """The innermost line of the team's own code in the last traceback, as the repository names the file."""
    frames = [(match["file"], match["line"]) for match in _FRAME.finditer(log) if not _LIBRARY.search(match["file"])]
    prefix = f"{context}/" if context else ""
    for file, line in reversed(frames):
        parts = file.strip("/").split("/")
        for skipped in range(len(parts)):
            path = prefix + "/".join(parts[skipped:])
            if tree is not None and path in tree:
                return f"{path}:{line}"
        if tree is None and len(parts) > 1:
            return f"{prefix}{'/'.join(parts[1:])}:{line}"
    return None
