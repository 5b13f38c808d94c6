"""The size of a history's steps: how much of the work came in one of them, and on how many days."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sandbox.hygiene.authored import VENDORED
from sandbox.source.git import Git

SECONDS = 15.0
MAX_COMMITS = 300
# Nobody types these.
GENERATED = (
    *("*.lock", "*lock.json", "*lock.yaml", "go.sum", "*.min.js", "*.min.css", "*.map"),
    *("*.ipynb", "*.csv", "*.tsv", "*.txt", "*.json", "*.svg"),
)
FOLDERS = (*sorted(VENDORED), ".next", "target", "coverage", "htmlcov", "staticfiles")
_ADDED = re.compile(rb"(\d+) insertions?\(\+\)")


def read(git: Git, repository: Path, commit: str) -> dict[str, Any] | None:
    """{"lines": added in all, "largest": lines of the largest step, "largest_commit", "days": with a commit}.

    Of the last MAX_COMMITS, without merges and what machines write; None when it could not be counted in time.
    """
    leave = [f":(exclude,glob)**/{name}" for name in GENERATED] + [f":(exclude,glob)**/{name}/**" for name in FOLDERS]
    raw = git.briefly(
        SECONDS,
        *(f"--git-dir={repository}", "log", f"--max-count={MAX_COMMITS}", "--no-merges", "--no-ext-diff"),
        *("--no-textconv", "--no-renames", "--shortstat", "--format=%x01%h %ad", "--date=format:%Y-%m-%d", commit),
        *("--", ".", *leave),
    )
    if raw is None:
        return None
    steps: list[tuple[int, str]] = []
    days: set[bytes] = set()
    for record in raw.split(b"\x01")[1:]:
        name, _, rest = record.partition(b" ")
        day, _, numbers = rest.partition(b"\n")
        added = _ADDED.search(numbers)
        days.add(day.strip())
        steps.append((int(added[1]) if added else 0, name.decode("ascii", "replace")))
    largest, commit_id = max(steps, default=(0, ""))
    return {
        "lines": sum(lines for lines, _ in steps),
        "largest": largest,
        "largest_commit": commit_id,
        "days": len(days),
        "steps": len(steps),
    }
