"""What a Dockerfile's last stage says of starting: read for hints only, tolerant of what the builder will refuse."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from sandbox.dockerfile.lines import Instruction, read
from sandbox.faults import TeamFault


@dataclass(frozen=True)
class Command:
    """CMD or ENTRYPOINT. `argv` of the exec form, or ("sh", "-c", text) of the shell form; `line` is 1-based."""

    argv: tuple[str, ...] = ()
    shell: bool = False
    line: int = 0

    @property
    def text(self) -> str:
        return self.argv[2] if self.shell else " ".join(self.argv)


@dataclass(frozen=True)
class Stage:
    """The last stage. `copied` are sources of COPY and ADD from the context, of all stages."""

    base: str = ""
    cmd: Command = Command()
    entrypoint: Command = Command()
    exposed: tuple[int, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    workdir: str = ""
    copied: tuple[str, ...] = ()


def instructions(text: str) -> list[Instruction]:
    """The instructions of a Dockerfile, none of one that does not parse: the resolver says so when it is its turn."""
    try:
        return read(text)[1]
    except TeamFault:
        return []


def last_stage(text: str) -> Stage:
    """The facts of the stage that becomes the image."""
    base, workdir, cmd, entrypoint = "", "", Command(), Command()
    exposed: list[int] = []
    copied: list[str] = []
    env: dict[str, str] = {}
    for one in instructions(text):
        name, rest, line = one.keyword, one.arguments, one.line
        if name == "FROM":
            base, workdir, cmd, entrypoint, exposed, env = (rest.split() or [""])[0], "", Command(), Command(), [], {}
        elif name == "CMD":
            cmd = _command(rest, line)
        elif name == "ENTRYPOINT":
            entrypoint = _command(rest, line)
        elif name == "EXPOSE":
            exposed += [int(port) for port in re.findall(r"\b(\d{2,5})(?:/tcp)?\b", rest) if int(port) < 65536]
        elif name == "WORKDIR":
            workdir = rest
        elif name == "ENV":
            env |= _environment(rest)
        elif name in ("COPY", "ADD") and not any(flag.name == "from" for flag in one.flags):
            copied += _sources(rest)
    return Stage(base, cmd, entrypoint, tuple(dict.fromkeys(exposed)), env, workdir, tuple(copied))


def _command(rest: str, line: int) -> Command:
    if rest.startswith("["):
        try:
            argv = json.loads(rest)
        except (ValueError, RecursionError):
            argv = None
        if isinstance(argv, list) and all(isinstance(word, str) for word in argv):
            return Command(tuple(argv), False, line)
    return Command(("sh", "-c", rest), True, line) if rest else Command()


def _environment(rest: str) -> dict[str, str]:
    pairs = re.findall(r"""([A-Za-z_]\w*)=("[^"]*"|'[^']*'|\S*)""", rest)
    if not pairs:
        name, _, value = rest.partition(" ")
        pairs = [(name, value)]
    return {name: value.strip().strip("\"'") for name, value in pairs}


def _sources(rest: str) -> list[str]:
    words = rest.split()
    if words and words[0].startswith("["):
        words = re.findall(r'"([^"]*)"', rest)
    return [word.removeprefix("./") for word in words[:-1]]
