"""Requirement files as students write them: any encoding, included files, and lines that work on one laptop only."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

from sandbox.plan import Note
from sandbox.pysource.conda import from_export, is_exported
from sandbox.pysource.distributions import normalise
from sandbox.pysource.misnamed import renamed
from sandbox.tree import Tree

# Packages that exist for Windows or for an interactive shell only; `pip freeze` on a laptop lists them.
_WINDOWS_ONLY = frozenset(
    {"pywin32", "pypiwin32", "pywinpty", "pyreadline", "pyreadline3", "wmi", "win32-setctime", "tensorflow-intel"}
    | {"twisted-iocpsupport", "windows-curses", "win10toast"}
)
# The same for macOS; tensorflow-macos and its like are other names for what Linux has.
_MACOS_ONLY = frozenset({"appnope", "pyobjc", "pyobjc-core", "rumps", "tensorflow-metal", "macholib", "py2app"})
_LOCAL_PATH = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*@\s*file://\S+")
# `torch==2.1.0+cu118`: a build that PyPI does not hold.
_VARIANT = re.compile(r"^([A-Za-z0-9][\w.-]*)==(\d[\w.]*)(\+(?:cu\d+|cpu|rocm[\d.]+))$")
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
    own_index = re.search(r"^\s*(?:-i|-f|--index-url|--extra-index-url|--find-links)\b", raw, re.MULTILINE) is not None
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
        line, change = _for_linux(line, f"{path}:{number}", own_index=own_index)
        notes |= change
        if not line:
            continue
        requirement = parse_requirement(line)
        lines.append(line)
        if requirement is not None:
            parsed.append(requirement)
    if "\x00" in tree.read(path, 200):
        notes["encoding"] = Note(
            "requirements_reencoded",
            f"{path} is UTF-16 (PowerShell's > writes that); it is read as UTF-8. Save it as UTF-8.",
        )
    return Requirements(path, tuple(lines), tuple(parsed), tuple(dict.fromkeys(includes)), local, tuple(notes.values()))


def installable(line: str, where: str) -> tuple[str, tuple[Note, ...]]:
    """A requirement of any other manifest as pip can install it here, "" when it cannot be; see `read_requirements`."""
    kept, change = _for_linux(line, where, own_index=False)
    return kept, tuple(change.values())


def _for_linux(line: str, where: str, *, own_index: bool) -> tuple[str, dict[str, Note]]:
    """The line as pip can install it here, "" when it cannot be, and what to tell of the change."""
    if here := _LOCAL_PATH.match(line):
        why = (
            f"{where} points to a file on somebody's computer ({here[1]} @ file://…); the newest {here[1]} "
            "is installed instead. Write the version with == instead."
        )
        return here[1], {"path": Note("requirement_path_removed", why)}
    if (variant := _VARIANT.match(line)) and not own_index:
        why = (
            f"{where} asks for {variant[1]}=={variant[2]}{variant[3]}, which only an index of its own has; "
            f"{variant[1]}=={variant[2]} is installed. Leave out {variant[3]}, or add the --extra-index-url line."
        )
        return f"{variant[1]}=={variant[2]}", {"variant": Note("requirement_variant_dropped", why)}
    if is_exported(line):
        why = (
            f"{where} is a line of conda list --export, which pip cannot read; the versions of the Python packages "
            "are used. Write the file with pip freeze."
        )
        kept, change = _for_linux(from_export(line), where, own_index=own_index)
        return kept, {"conda": Note("requirements_converted", why), **change}
    requirement = parse_requirement(line)
    if requirement is not None and (meant := renamed(requirement)) is not None:
        name = requirement.name
        why = (
            f"{where} asks for {name}, which pip knows as {meant}; that is installed. Write {meant} there."
            if meant
            else f"{where} asks for {name}, which is part of Python; it is left out. Delete the line."
        )
        return meant, {f"misnamed {name}": Note("requirement_misnamed", why)}
    if requirement is not None and requirement.marker is None and (system := _only_for(requirement.name)):
        title, value = system
        why = (
            f"{where} asks for {requirement.name}, which exists for {title} only; it is left out. "
            f'Add ; sys_platform == "{value}" to the line.'
        )
        return "", {value: Note("requirement_left_out", why)}
    return line, {}


def _only_for(name: str) -> tuple[str, str] | None:
    """The one system that a package exists for, other than Linux, and its value of sys_platform."""
    plain = normalise(name)
    if plain in _WINDOWS_ONLY:
        return "Windows", "win32"
    return ("macOS", "darwin") if plain in _MACOS_ONLY or plain.startswith("pyobjc-framework-") else None
