"""A folder as a git repository, as a team would hand it in."""

import os
import subprocess
from pathlib import Path

WHO = ("-c", "user.name=Sam", "-c", "user.email=sam@example.org")


def repository(folder: Path, files: dict[str, str]) -> Path:
    """A new repository with these files in its one commit."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    commit(folder)
    return folder


def commit(folder: Path, at: str = "") -> None:
    """All that is there; with `at`, an RFC 3339 time, the same tree is the same commit whenever it is made."""
    dates = {name: at for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE") if at}
    for command in (["add", "."], ["commit", "-q", "-m", "All"]):
        subprocess.run(["git", *WHO, *command], cwd=folder, check=True, env=os.environ | dates)
