"""Credentials that once stood in the history: found by git itself, in commits whose diff has one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sandbox.faults import clean
from sandbox.hygiene.authored import VENDORED
from sandbox.hygiene.credentials import FORMS, is_told
from sandbox.source.git import Git

SECONDS = 15.0
MAX_COMMITS, MOST = 20, 20


def read(git: Git, repository: Path, commit: str) -> dict[str, Any]:
    """{"searched": bool, "found": [{"commit", "path"}]}, newest first; what it was is never kept.

    A history that takes too long to search is not searched: it is nobody's fault.
    """
    leave = [f":(exclude,glob)**/{name}/**" for name in sorted(VENDORED)]
    asked = (
        *(f"--git-dir={repository}", "log", f"--max-count={MAX_COMMITS}", "--no-ext-diff", "--no-textconv"),
        *("--no-renames", "--format=%x01%h", "--extended-regexp", f"-G{'|'.join(FORMS.values())}"),
    )
    raw = git.briefly(SECONDS, *asked, "-z", "--name-only", commit, "--", ".", *leave)
    if raw is None:
        return {"searched": False, "found": []}
    records = [_names(record) for record in raw.split(b"\x01")[1:]]
    # Git knows the form; whether it is more than a placeholder is seen by its line and the next one.
    patches = git.briefly(SECONDS, *asked, "--patch", "--unified=1", commit, "--", ".", *leave) if records else b""
    diffs = [_diffs(record) for record in (patches or b"").split(b"\x01")[1:]]
    found = [
        {"commit": commit_id, "path": clean(path, lines=1)[:200]}
        for number, (commit_id, paths) in enumerate(records)
        for place, path in enumerate(paths)
        if _leaks(diffs[number] if number < len(diffs) else [], place, len(paths))
    ]
    return {"searched": True, "found": found[:MOST]}


def _names(record: bytes) -> tuple[str, list[bytes]]:
    """The commit, a separator, and names that may hold any byte but NUL."""
    commit_id, _, names = record.replace(b"\n", b"\0", 1).partition(b"\0")
    return commit_id.decode("ascii", "replace"), [name for name in names.split(b"\0") if name.strip()]


def _diffs(record: bytes) -> list[str]:
    """The differences of one commit, file by file in the order of their names."""
    return [diff.decode("utf-8", "replace") for diff in record.split(b"\ndiff --git ")[1:]]


def _leaks(diffs: list[str], place: int, files: int) -> bool:
    """Whether the file's difference has a credential; yes where there was too much to look at."""
    return is_told(diffs[place]) if len(diffs) == files else True
