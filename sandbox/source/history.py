"""The history of a commit: how many steps, by whom, from when to when."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.faults import clean
from sandbox.source.git import Git

MAX_COMMITS = 1_000
MAX_AUTHORS = 50


def read(git: Git, repository: Path, commit: str) -> dict[str, Any]:
    """{commits, authors: [{name, commits}], first_at, last_at, times, shallow}; e-mail addresses are not kept.

    Times are in UTC; `times` are those of all commits in seconds since 1970, the earliest first.

    `shallow`: there are more commits than were looked at, so that `commits` and `first_at` are bounds only.
    """
    raw = git.run(
        f"--git-dir={repository}", "log", f"--max-count={MAX_COMMITS}", "-z", "--format=%at%x1f%an", commit, "--"
    )
    rows = [row.partition(b"\x1f")[::2] for row in raw.split(b"\0") if row]
    times = sorted(moment for seconds, _ in rows if (moment := _moment(seconds)) is not None)
    names = Counter(clean(name, lines=1).strip()[:80] for _, name in rows)
    return {
        "commits": len(rows),
        "authors": [{"name": name, "commits": count} for name, count in names.most_common(MAX_AUTHORS)],
        "first_at": times[0].isoformat() if times else None,
        "last_at": times[-1].isoformat() if times else None,
        "times": [int(moment.timestamp()) for moment in times],
        "shallow": len(rows) >= MAX_COMMITS or (repository / "shallow").exists(),
    }


def _moment(seconds: bytes) -> datetime | None:
    """A commit may carry any number as its time; one that no calendar has is left out."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None
