"""Lines of a Dockerfile: byte order mark, parser directives, comments, continuations and heredocs → instructions."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sandbox.dockerfile.words import Flag, take_flags
from sandbox.faults import TeamFault

MAX_CHARACTERS = 65_000  # the builder reads lines of up to 65,535 bytes, and continuations are joined into one
KEYWORDS = frozenset(
    {"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"}
    | {"ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"}
)
_DIRECTIVE = re.compile(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(.+?)[ \t\r]*")
_HEREDOC = re.compile(r"(?<!\S)\d*<<(-?)(['\"]?)([A-Za-z0-9_.][^\s<'\"]*)\2(?!\S)")
_CONFLICT = re.compile(r"<{7} \S")
_WITH_FLAGS = frozenset({"ADD", "COPY", "FROM", "HEALTHCHECK", "RUN"})


@dataclass(frozen=True)
class Heredoc:
    """`<<NAME` and the lines up to NAME; `strip_tabs` for the form `<<-NAME`."""

    name: str
    body: str
    strip_tabs: bool


@dataclass(frozen=True)
class Instruction:
    """One instruction. `line` counts from 1; `arguments` is the text after the flags, continuations joined.

    The instruction after an ONBUILD is in `inner`.
    """

    line: int
    keyword: str
    arguments: str
    flags: tuple[Flag, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    inner: Instruction | None = None


@dataclass(frozen=True)
class Directives:
    """Parser directives at the top of the file: the escape character, and the frontend that `# syntax=` names."""

    escape: str = "\\"
    syntax: str = ""


def invalid(line: int, why: str, fix: str = "") -> TeamFault:
    """The fault for something that no builder could read."""
    return TeamFault(
        "dockerfile_invalid",
        "The Dockerfile cannot be read",
        detail=f"Line {line}: {why}",
        fix=fix or "Correct that line; `docker build .` shows the same error on your machine.",
        where=f"Dockerfile:{line}",
    )


def _conflict(line: int) -> TeamFault:
    """The fault for a file in which git left both sides of a merge."""
    return TeamFault(
        "merge_conflict",
        "The Dockerfile was committed with an unresolved merge conflict",
        detail=f"Line {line} begins with <<<<<<<, where two versions of the file were merged.",
        fix="Choose between what stands above and below each =======, delete the lines that begin with <<<<<<<, "
        "======= and >>>>>>>, and commit the file.",
        where=f"Dockerfile:{line}",
    )


def read(text: str) -> tuple[Directives, list[Instruction]]:
    """The directives and instructions of a Dockerfile. TeamFault("dockerfile_invalid") or ("merge_conflict")."""
    text = text.removeprefix("\ufeff")
    if len(text.encode("utf-8", "surrogatepass")) > MAX_CHARACTERS:
        raise invalid(
            1, f"the file is larger than {MAX_CHARACTERS} bytes", "Move long scripts into files of their own."
        )
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    for number, line in enumerate(lines, 1):
        if _CONFLICT.match(line):
            raise _conflict(number)
        # Builders disagree on which of these separate words or lines; an honest file has none.
        if any(unicodedata.category(one) in ("Cc", "Cs") and one != "\t" for one in line):
            raise invalid(
                number, "there is a control character in it", "Remove the invisible character from that line."
            )
    directives, at = _directives(lines)
    instructions: list[Instruction] = []
    while at < len(lines):
        number = at + 1
        if _blank_or_comment(lines[at]):
            at += 1
            continue
        joined, at = _join(lines, at, directives.escape)
        if not joined.strip():
            raise invalid(number, "a continuation with nothing to continue")
        heredocs: tuple[Heredoc, ...] = ()
        if _keyword(joined)[0] in ("ADD", "COPY", "RUN"):
            heredocs, at = _heredocs(joined, lines, at)
        instructions.append(_instruction(number, joined, directives.escape, heredocs))
    return directives, instructions


def _directives(lines: list[str]) -> tuple[Directives, int]:
    """As the classic builder: the first line that is no known directive ends them; only then comments begin."""
    found: dict[str, str] = {}
    at = 0
    for at, line in enumerate(lines):
        matched = _DIRECTIVE.fullmatch(line)
        name = matched[1].lower() if matched else ""
        if matched is None or name not in ("escape", "syntax"):
            break
        if name in found:
            raise invalid(at + 1, f"there is a second `# {name}=`")
        found[name] = matched[2]
    else:
        at = len(lines)
    escape = found.get("escape", "\\")
    if escape not in ("\\", "`"):
        raise invalid(1, "the escape character must be a backslash or a backtick")
    return Directives(escape, found.get("syntax", "")), at


def _blank_or_comment(line: str) -> bool:
    stripped = line.strip()
    return not stripped or stripped.startswith("#")


def _join(lines: list[str], at: int, escape: str) -> tuple[str, int]:
    """One logical line and the index after it. Comments and empty lines inside a continuation are skipped."""
    joined = ""
    first = True
    while at < len(lines):
        line = lines[at]
        at += 1
        if not first and _blank_or_comment(line):
            continue
        line = line.strip() if first else line
        first = False
        trimmed = line.rstrip(" \t")
        if not trimmed.endswith(escape) or trimmed.endswith(escape * 2):
            return joined + line, at
        joined += trimmed[:-1]
    return joined, at


def _heredocs(joined: str, lines: list[str], at: int) -> tuple[tuple[Heredoc, ...], int]:
    """Bodies of the heredocs that a line opens. One without its end is ordinary shell text to the classic builder."""
    found: list[Heredoc] = []
    for matched in _HEREDOC.finditer(joined):
        strip_tabs, name = bool(matched[1]), matched[3]
        body: list[str] = []
        for end in range(at, len(lines)):
            line = lines[end].lstrip("\t") if strip_tabs else lines[end]
            if line == name:
                found.append(Heredoc(name, "".join(f"{one}\n" for one in body), strip_tabs))
                at = end + 1
                break
            body.append(line)
    return tuple(found), at


def _keyword(joined: str) -> tuple[str, str]:
    """The first word in capitals, and the rest."""
    keyword, *rest = re.split(r"[ \t]+", joined.strip(), maxsplit=1)
    return keyword.upper(), rest[0] if rest else ""


def _instruction(number: int, joined: str, escape: str, heredocs: tuple[Heredoc, ...] = ()) -> Instruction:
    keyword, rest = _keyword(joined)
    if keyword not in KEYWORDS:
        raise invalid(number, f"{keyword[:40]!r} is not an instruction")
    if not rest:
        raise invalid(number, f"{keyword} has no arguments")
    if keyword == "ONBUILD":
        inner = _instruction(number, rest, escape, heredocs)
        if inner.keyword in ("ONBUILD", "FROM", "MAINTAINER"):
            raise invalid(number, f"ONBUILD {inner.keyword} is not allowed")
        return Instruction(number, keyword, rest, inner=inner)
    flags, arguments = take_flags(rest, escape) if keyword in _WITH_FLAGS else ([], rest)
    if not arguments:
        raise invalid(number, f"{keyword} has no arguments")
    return Instruction(number, keyword, arguments, tuple(flags), heredocs)
