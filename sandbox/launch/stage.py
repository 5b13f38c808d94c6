"""What a Dockerfile's last stage says of starting: read for hints only, tolerant of what the builder will refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field


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


def instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """(line, INSTRUCTION, rest) with continuation lines joined and comments dropped."""
    pending, start = "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        start = start or number
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        name, _, rest = (pending + line).partition(" ")
        yield start, name.upper(), rest.strip()
        pending, start = "", 0


def last_stage(text: str) -> Stage:
    """The facts of the stage that becomes the image."""
    base, workdir, cmd, entrypoint = "", "", Command(), Command()
    exposed: list[int] = []
    copied: list[str] = []
    env: dict[str, str] = {}
    for line, name, rest in instructions(text):
        if name == "FROM":
            base, workdir, cmd, entrypoint, exposed, env = _image(rest), "", Command(), Command(), [], {}
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
        elif name in ("COPY", "ADD") and "--from=" not in rest:
            copied += _sources(rest)
    return Stage(base, cmd, entrypoint, tuple(dict.fromkeys(exposed)), env, workdir, tuple(copied))


def _image(rest: str) -> str:
    return next((word for word in rest.split() if not word.startswith("--")), "")


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
    words = [word for word in rest.split() if not word.startswith("--")]
    if words and words[0].startswith("["):
        words = re.findall(r'"([^"]*)"', rest)
    return [word.removeprefix("./") for word in words[:-1]]
