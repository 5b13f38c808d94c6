"""A Dockerfile with packages more than it installs, put where the steps after its own installation have them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from sandbox.launch.stage import instructions


def with_packages(dockerfile: str, packages: Sequence[str]) -> str | None:
    """The text with one more `pip install`: after the last stage's own, else at its end; None where pip has no part.

    What is built of another stage's environment gets it there: only the last one is surely what runs.
    """
    found = instructions(dockerfile)
    stage = next((at for at in reversed(range(len(found))) if found[at].keyword == "FROM"), 0)
    at = next((at for at in reversed(range(len(found))) if _installs(found[at].keyword, found[at].arguments)), None)
    if at is None:
        return None
    own = found[stage : at + 1] if at > stage else found[stage:]
    user = next((one.arguments for one in reversed(own) if one.keyword == "USER"), "")
    line = f"RUN pip install {shlex.join(packages)}"
    added = ["USER root", line, f"USER {user}"] if user and user != "root" else [line]
    lines = dockerfile.rstrip().split("\n")
    after = found[at + 1].line - 1 if stage < at < len(found) - 1 else len(lines)
    return "\n".join([*lines[:after], *added, *lines[after:], ""])


def _installs(keyword: str, arguments: str) -> bool:
    return keyword == "RUN" and "pip install" in arguments
