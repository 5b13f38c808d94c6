"""The whole repositories below tests/repos and deploy/examples, as folders or as git checkouts of their own."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REPOSITORIES = {path.parent.name: path.parent for path in sorted((ROOT / "tests" / "repos").glob("*/expected.json"))}
EXAMPLES = {path.name: path for path in sorted((ROOT / "deploy" / "examples").iterdir()) if path.is_dir()}


def expected(name: str) -> dict[str, Any]:
    """What the repository's own expected.json promises."""
    return json.loads((REPOSITORIES[name] / "expected.json").read_text())


def checkout(name: str, folder: Path) -> Path:
    """A git repository with one commit in `folder`/`name`, without expected.json."""
    place = folder / name
    shutil.copytree(REPOSITORIES.get(name) or EXAMPLES[name], place, ignore=shutil.ignore_patterns("expected.json"))
    identity = ("-c", "user.name=Sam Student", "-c", "user.email=sam@example.org")
    for command in (("init", "-q", "-b", "main"), ("add", "-A"), (*identity, "commit", "-q", "-m", "Add everything")):
        subprocess.run(["git", "-C", str(place), *command], check=True)
    return place
