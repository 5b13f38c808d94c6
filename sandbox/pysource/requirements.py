"""Requirement files as students write them: any encoding, included files, and lines that work on one laptop only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

from sandbox.plan import Note
from sandbox.pysource.distributions import normalise
from sandbox.tree import Tree

# Packages that exist for Windows or for an interactive shell only; `pip freeze` on a laptop lists them.
_WINDOWS_ONLY = frozenset({"pywin32", "pypiwin32", "pywinpty", "pyreadline", "pyreadline3", "wmi", "win32-setctime"})
_LOCAL_PATH = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*@\s*file://\S+")
# With the hashes of every wheel a line has some thousands.
REQUIREMENT_CHARACTERS = 16 * 1024
_COMMENT = re.compile(r"(?:^|\s)#.*$")


@dataclass(frozen=True)
class Requirements:
    """One requirements file, read.

    lines     what pip will read, comments gone
    parsed    the lines that name a distribution
    includes  other files of the tree that it reads (-r, -c), paths from the root
    local     it installs something of the repository itself ("-e .", "./package")
    notes     what had to be changed so that it can be installed on Linux; empty when the file is used as it is
    """

    path: str
    lines: tuple[str, ...]
    parsed: tuple[Requirement, ...]
    includes: tuple[str, ...] = ()
    local: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(normalise(requirement.name) for requirement in self.parsed)


def decode(text: str) -> str:
    """Text of a file read as UTF-8 that PowerShell wrote as UTF-16 (`pip freeze > requirements.txt`)."""
    if "\x00" in text[:200]:
        text = text.replace("\x00", "").lstrip("\ufffd")
    return text.removeprefix("\ufeff")


def parse_requirement(text: str) -> Requirement | None:
    """The PEP 508 requirement of one line, or None (options, paths, addresses)."""
    if len(text) > REQUIREMENT_CHARACTERS:
        return None
    try:
        return Requirement(re.split(r"\s+--", text, maxsplit=1)[0].strip())
    except InvalidRequirement:
        return None


def read_requirements(tree: Tree, path: str, *, depth: int = 3, seen: set[str] | None = None) -> Requirements:
    """A requirements file and the names in the files that it includes, each of them read once (`seen`)."""
    seen = {path} if seen is None else seen
    folder = path.rpartition("/")[0]
    lines: list[str] = []
    parsed: list[Requirement] = []
    includes: list[str] = []
    notes: dict[str, Note] = {}
    local = False
    raw = decode(tree.read(path))
    for number, raw_line in enumerate(raw.replace("\\\n", " ").splitlines(), start=1):
        line = _COMMENT.sub("", raw_line).strip()
        if not line:
            continue
        included = re.match(r"^(?:-r|--requirement|-c|--constraint)[ =]?\s*(\S+)", line)
        if included and depth:
            inner = f"{folder}/{included[1]}" if folder else included[1]
            if inner in tree:
                includes.append(inner)
            if inner in tree and inner not in seen:
                seen.add(inner)
                below = read_requirements(tree, inner, depth=depth - 1, seen=seen)
                includes.extend(below.includes)
                if line.startswith(("-r", "--requirement")):
                    parsed.extend(below.parsed)
        if re.match(r"^(?:-e|--editable)\b", line) or line.startswith((".", "/")):
            local = True
        here = _LOCAL_PATH.match(line)
        if here:
            notes["path"] = Note(
                "requirement_path_removed",
                f"{path}:{number} points to a file on somebody's computer ({here[1]} @ file://…); the newest {here[1]} "
                "is installed instead. Write the version with == instead.",
            )
            line = here[1]
        requirement = parse_requirement(line)
        if requirement is not None and normalise(requirement.name) in _WINDOWS_ONLY and requirement.marker is None:
            notes["windows"] = Note(
                "requirement_left_out",
                f"{path}:{number} asks for {requirement.name}, which exists for Windows only; it is left out. "
                'Add ; sys_platform == "win32" to the line.',
            )
            continue
        lines.append(line)
        if requirement is not None:
            parsed.append(requirement)
    if "\x00" in tree.read(path, 200):
        notes["encoding"] = Note(
            "requirements_reencoded",
            f"{path} is UTF-16 (PowerShell's > writes that); it is read as UTF-8. Save it as UTF-8.",
        )
    return Requirements(path, tuple(lines), tuple(parsed), tuple(dict.fromkeys(includes)), local, tuple(notes.values()))
