"""The whole repositories below tests/repos and deploy/examples, as folders or as git checkouts of their own."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REPOSITORIES = {path.parent.name: path.parent for path in sorted((ROOT / "tests" / "repos").glob("*/expected.json"))}
EXAMPLES = {
    path.name: path
    for path in sorted((ROOT / "deploy" / "examples").iterdir())
    if path.is_dir() and path.name != "recorded"
}


def expected(name: str) -> dict[str, Any]:
    """What the repository's own expected.json promises."""
    return json.loads((REPOSITORIES[name] / "expected.json").read_text())


def checkout(name: str, folder: Path) -> Path:
    """A git repository with one commit in `folder`/`name`, of the day that `committed_at` says, if it says one."""
    place = folder / name
    shutil.copytree(REPOSITORIES.get(name) or EXAMPLES[name], place, ignore=shutil.ignore_patterns("expected.json"))
    return committed(place, expected(name).get("committed_at", "") if name in REPOSITORIES else "")


def committed(place: Path, day: str = "") -> Path:
    """The folder, once it is a git repository with everything in one commit."""
    dates = {"GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day} if day else {}
    identity = ("-c", "user.name=Sam Student", "-c", "user.email=sam@example.org")
    for command in (("init", "-q", "-b", "main"), ("add", "-A"), (*identity, "commit", "-q", "-m", "Add everything")):
        subprocess.run(["git", "-C", str(place), *command], check=True, env=os.environ | dates)
    return place
