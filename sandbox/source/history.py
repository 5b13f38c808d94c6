"""The history of a commit: how many steps, by whom, from when to when."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from sandbox.faults import clean
from sandbox.source.git import Git

MAX_COMMITS = 1_000
MAX_AUTHORS = 50


def read(git: Git, repository: Path, commit: str) -> dict[str, Any]:
    """{commits, authors: [{name, commits}], first_at, last_at, shallow}; e-mail addresses are not kept."""
    raw = git.run(
        f"--git-dir={repository}",
        "log",
        f"--max-count={MAX_COMMITS}",
        "-z",
        "--format=%aI%x1f%an",
        commit,
        "--",
        trusted=repository,
    )
    rows = [row.partition(b"\x1f")[::2] for row in raw.split(b"\0") if row]
    dates = sorted(date.decode("ascii", "replace").strip() for date, _ in rows)
    names = Counter(clean(name, lines=1)[:80] for _, name in rows)
    return {
        "commits": len(rows),
        "authors": [{"name": name, "commits": count} for name, count in names.most_common(MAX_AUTHORS)],
        "first_at": dates[0] if dates else None,
        "last_at": dates[-1] if dates else None,
        "shallow": len(rows) >= MAX_COMMITS or (repository / "shallow").exists(),
    }
