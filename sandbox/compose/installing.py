"""Commands that install packages each time a service starts: their installing belongs into the build, where there is
a way to the package indexes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_INSTALL = (
    r"(?:(?:npm|pnpm)\s+(?:ci|i|install)|yarn(?:\s+install)?|bun\s+install|bundle\s+install|composer\s+install"
    r"|(?:python3?\s+-m\s+)?pip3?\s+install|poetry\s+install|pipenv\s+(?:install|sync)|uv\s+(?:sync|pip\s+install)"
    r"|go\s+mod\s+(?:download|tidy)|npx\s+prisma\s+generate|(?:npm|yarn|pnpm)\s+(?:run\s+)?build)"
)
_FIRST = re.compile(rf"^\s*(?P<install>{_INSTALL}(?=[\s;&]|$)[^;&|]*?)\s*(?:&&|;)\s*(?P<rest>\S.*)$", re.DOTALL)
_SHELL = ("sh", "bash", "/bin/sh", "/bin/bash", "ash", "/bin/ash")


@dataclass(frozen=True)
class Split:
    """What belongs into the build, a shell line each, and the command that is left."""

    installs: tuple[str, ...]
    command: tuple[str, ...]


def split(command: tuple[str, ...] | None) -> Split | None:
    """The parts of a shell command that begins with installing; None for any other command."""
    if not command or len(command) != 3 or command[0] not in _SHELL or not re.fullmatch(r"-[a-z]*c", command[1]):
        return None
    rest, installs = command[2], []
    while found := _FIRST.match(rest):
        installs.append(" ".join(found["install"].split()))
        rest = found["rest"]
    return Split(tuple(installs), (*command[:2], rest.strip())) if installs else None
