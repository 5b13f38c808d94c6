"""Credentials that once stood in the history: found by git itself, in commits whose diff has one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sandbox.faults import clean
from sandbox.source.git import Git

# Forms that alone give a credential away, by its kind; a mere word "password" would accuse too many. They are written
# so that POSIX extended expressions (git's) and Python's mean the same by them.
FORMS = {
    "private key": "-----BEGIN (RSA |EC |OPENSSH |DSA )?PRIVATE KEY-----",
    "AWS key": "(AKIA|ASIA)[0-9A-Z]{16}",
    "GitHub token": "gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,}",
    "API key": "sk-(proj-|ant-)?[A-Za-z0-9_-]{32,}",
    "Slack token": "xox[baprs]-[A-Za-z0-9-]{20,}",
    "Google key": "AIza[0-9A-Za-z_-]{35}",
}
SECONDS = 15.0
MAX_COMMITS, MOST = 20, 20


def read(git: Git, repository: Path, commit: str) -> dict[str, Any]:
    """{"searched": bool, "found": [{"commit", "path"}]}, newest first; what it was is never kept.

    A history that takes too long to search is not searched: it is nobody's fault.
    """
    raw = git.briefly(
        SECONDS,
        *(f"--git-dir={repository}", "log", f"--max-count={MAX_COMMITS}", "-z", "--no-ext-diff", "--no-textconv"),
        *(
            "--no-renames",
            "--name-only",
            "--format=%x01%h",
            "--extended-regexp",
            f"-G{'|'.join(FORMS.values())}",
            commit,
            "--",
        ),
    )
    if raw is None:
        return {"searched": False, "found": []}
    found: list[dict[str, str]] = []
    for record in raw.split(b"\x01")[1:]:
        # The commit, a separator, and names that may hold any byte but NUL.
        commit_id, _, names = record.replace(b"\n", b"\0", 1).partition(b"\0")
        paths = [name for name in names.split(b"\0") if name.strip()]
        found += [
            {"commit": commit_id.decode("ascii", "replace"), "path": clean(path, lines=1)[:200]} for path in paths
        ]
    return {"searched": True, "found": found[:MOST]}
