"""The whole repositories below tests/repos and deploy/examples: what each promises, and git checkouts of them."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sandbox.finding import Finding

ROOT = Path(__file__).parents[2]
SAMPLES = {path.parent.name: path.parent for path in sorted((ROOT / "tests" / "repos").glob("*/expected.json"))}
EXAMPLES = {
    path.name: path
    for path in sorted((ROOT / "deploy" / "examples").iterdir())
    if path.is_dir() and path.name != "recorded"
}


def expected(name: str) -> dict[str, Any]:
    """What the sample's own expected.json promises."""
    return json.loads((SAMPLES[name] / "expected.json").read_text())


# The samples that are no variant "of" another one.
REPOSITORIES = {name: folder for name, folder in SAMPLES.items() if "of" not in expected(name)}


def promised(name: str) -> dict[str, str]:
    """check -> its promised outcome, or "full" for a pass with the whole score."""
    return {check: outcome for outcome, checks in expected(name).get("findings", {}).items() for check in checks}


def unlike(name: str, found: Mapping[str, Finding]) -> dict[str, tuple[str, str, float | None, str]]:
    """The findings that are not as the sample promises: check -> (promised, outcome, score, what was observed).

    What could not be seen because something else broke is no failure that was seen.
    """
    return {
        check: (outcome, finding.outcome, finding.score, finding.observed)
        for check, outcome in promised(name).items()
        for finding in [found[check]]
        if not (finding.score == 1.0 if outcome == "full" else finding.outcome == outcome)
        or finding.observed.startswith("Could not be seen")
    }


def checkout(name: str, folder: Path) -> Path:
    """A git repository in `folder`/`name` with the commits and the changes that the sample's expected.json asks for."""
    place, facts = folder / name, expected(name) if name in SAMPLES else {}
    for origin in (facts.get("of"), name):
        if origin:
            without = shutil.ignore_patterns("expected.json", "__pycache__")
            shutil.copytree(SAMPLES.get(origin) or EXAMPLES[origin], place, ignore=without, dirs_exist_ok=True)
    for path, old, new in facts.get("changes", ()):
        text = (place / path).read_text()
        assert old in text, f"{name}: {path} has no {old!r}"
        (place / path).write_text(text.replace(old, "".join(new)))
    for path, size in facts.get("zeros", {}).items():
        with (place / path).open("wb") as file:
            file.truncate(size)
    return committed(place, facts.get("committed_at", ""), facts.get("commits", 1))


def committed(place: Path, day: str = "", commits: int = 1) -> Path:
    """The folder, once it is a git repository: its files dealt out to so many commits, of that day if one is given."""
    dates = {"GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day} if day else {}
    identity = ("-c", "user.name=Sam Student", "-c", "user.email=sam@example.org")

    def git(*command: str) -> None:
        subprocess.run(["git", "-C", str(place), *command], check=True, env=os.environ | dates)

    git("init", "-q", "-b", "main")
    paths = sorted(
        str(path.relative_to(place)) for path in place.rglob("*") if path.is_file() and ".git/" not in str(path)
    )
    for number in range(1, commits):
        git("add", "--", *paths[number - 1 :: commits])
        git(*identity, "commit", "-q", "-m", f"Take step {number}")
    git("add", "-A")
    git(*identity, "commit", "-q", "-m", "Add everything")
    return place
