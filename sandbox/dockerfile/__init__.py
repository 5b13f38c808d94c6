"""Dockerfiles: reading one as the classic builder does, naming the images it wants, and writing it anew with others.

Pure. What is written anew has one instruction a line and no comments, so that no builder can read it differently
from what was checked here (source of the rules: the Dockerfile reference, and Docker 20.10's behaviour).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox.dockerfile.daemon import harmless
from sandbox.dockerfile.lines import Directives, Instruction, invalid, read
from sandbox.dockerfile.words import BadWord, Flag, expand, split, unquote
from sandbox.faults import TeamFault

_START_WITH_FROM = "Start it with a FROM line, for example FROM python:3.12-slim."
_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*")
_CLASSIC_COPY_FLAGS = frozenset({"from", "chown"})
# `--from=IMAGE`, or `from=IMAGE` among the items of a `--mount=`.
_IMAGE_IN_FLAG = re.compile(r"((?:^--|[=,])from=).*?(?=,|$)")
_ALONE = re.compile(r"<<-?(['\"]?)[^\s'\"]+\1")
FROM_ITSELF = -1  # the place of FROM's own image; the others are positions among the flags
_PLATFORM_OF_BUILDKIT = re.compile(r"\$\{?(BUILDPLATFORM|TARGETPLATFORM)\}?")


@dataclass(frozen=True)
class Wanted:
    """An image from outside that the Dockerfile asks for, variables replaced, and the first line that does."""

    reference: str
    line: int


@dataclass(frozen=True)
class BuildKitOnly:
    """Something that the classic builder refuses: its line and what it is ("RUN --mount", "COPY heredoc")."""

    line: int
    what: str


@dataclass(frozen=True)
class Dockerfile:
    """A Dockerfile that parses. Made by `parse`."""

    directives: Directives
    instructions: tuple[Instruction, ...]
    _wanted: Mapping[tuple[int, int], str]

    def base_images(self) -> list[Wanted]:
        """External references (no stages, no scratch), each once, in order of appearance."""
        first: dict[str, int] = {}
        for (index, _), reference in self._wanted.items():
            first.setdefault(reference, self.instructions[index].line)
        return [Wanted(reference, line) for reference, line in first.items()]

    def stages(self) -> list[str]:
        """Names of the stages in order, "" for one without."""
        return [_stage_name(one) for one in self.instructions if one.keyword == "FROM"]

    def buildkit_only(self) -> list[BuildKitOnly]:
        """What only BuildKit can build. Not listed: what `rewrite` leaves out because it does not change the result."""
        return [BuildKitOnly(line, what) for line, what, dropped in self._newer() if not dropped]

    def dropped(self) -> list[BuildKitOnly]:
        """What only BuildKit knows and `rewrite` does without: mounts of caches and of the context, --link, scripts."""
        return [BuildKitOnly(line, what) for line, what, dropped in self._newer() if dropped]

    def rewrite(self, mapping: Mapping[str, str]) -> str:
        """New text with each wanted image replaced by `mapping[reference]`; `# syntax=` and comments are gone.

        What the engine itself would fetch is refused, and ADD of plain files is written as COPY (see `daemon`).
        Raises KeyError for an image that is missing in the mapping, and TeamFault("needs_buildkit") for
        a heredoc that the classic builder would read as instructions.
        """
        instructions = harmless(self.instructions, self.directives.escape)
        lines = [f"# escape={self.directives.escape}"] if self.directives.escape != "\\" else []
        for index, instruction in enumerate(instructions):
            images = {place: mapping[name] for (at, place), name in self._wanted.items() if at == index}
            lines.append(_written(instruction, images, self.directives.escape))
        return "\n".join(lines) + "\n"

    def _newer(self) -> Iterator[tuple[int, str, bool]]:
        """(line, what, whether `rewrite` can do without it)."""
        for outer in self.instructions:
            one = outer.inner or outer
            if one.heredocs:
                yield outer.line, f"{one.keyword} heredoc", _script(one) is not None
            for flag in one.flags:
                if one.keyword == "FROM" and "$" in flag.value:
                    yield outer.line, f"FROM --{flag.name}={flag.value}", _droppable(one, flag)
                elif one.keyword == "RUN" or (one.keyword in ("COPY", "ADD") and flag.name not in _CLASSIC_COPY_FLAGS):
                    yield outer.line, f"{one.keyword} --{flag.name}", _droppable(one, flag)


def parse(text: str) -> Dockerfile:
    """Read a Dockerfile. TeamFault("dockerfile_invalid", where="Dockerfile:LINE") when no builder could."""
    directives, instructions = read(text)
    if not instructions:
        raise invalid(
            1, "the file has no instructions", "Start it with a FROM line, for example FROM python:3.12-slim."
        )
    values: dict[str, str] = {}
    stages: set[str] = set()
    count = 0
    wanted: dict[tuple[int, int], str] = {}
    for index, one in enumerate(instructions):
        if one.keyword == "FROM":
            reference = _from_reference(one, values, directives.escape)
            if reference != "scratch" and reference.lower() not in stages:
                wanted[index, FROM_ITSELF] = reference
            if name := _stage_name(one):
                if name in stages:
                    raise invalid(one.line, f"there are two stages named {name!r}")
                stages.add(name)
            count += 1
        elif count == 0:
            if one.keyword != "ARG":
                raise invalid(one.line, f"{one.keyword} stands before the first FROM", "Put a FROM line before it.")
            values |= _arguments(one, values, directives.escape)
        else:
            for place, source in _copied_from(one.inner or one):
                numbered = source.isascii() and source.isdigit() and len(source) < 6 and int(source) < count
                if source and source.lower() not in stages and not numbered:
                    wanted[index, place] = source
    if count == 0:
        raise invalid(instructions[-1].line, "there is no FROM", _START_WITH_FROM)
    return Dockerfile(directives, tuple(instructions), wanted)


def _from_reference(one: Instruction, values: Mapping[str, str], escape: str) -> str:
    words = split(one.arguments, escape)
    if len(words) not in (1, 3) or (len(words) == 3 and words[1].upper() != "AS"):
        raise invalid(one.line, "FROM takes one image, or an image, AS and a name")
    if len(words) == 3 and not _STAGE_NAME.fullmatch(words[2].lower()):
        raise invalid(one.line, f"{words[2][:60]!r} is not a name for a stage")
    try:
        reference = expand(words[0], values, escape)
    except BadWord as error:
        raise invalid(one.line, str(error)) from None
    if not reference:
        raise invalid(one.line, f"{words[0][:60]} is empty", "Give the ARG before FROM a default value.")
    return reference


def _stage_name(one: Instruction) -> str:
    words = split(one.arguments)
    return words[2].lower() if len(words) == 3 else ""


def _arguments(one: Instruction, values: Mapping[str, str], escape: str) -> dict[str, str]:
    """What one ARG line defines; a name without a default has no value, as nobody passes build arguments."""
    found: dict[str, str] = {}
    for word in split(one.arguments, escape):
        name, given, value = word.partition("=")
        try:
            if given:
                found[unquote(name, escape)] = expand(value, {**values, **found}, escape)
        except BadWord as error:
            raise invalid(one.line, str(error)) from None
    return found


def _copied_from(one: Instruction) -> Iterator[tuple[int, str]]:
    """(place of the flag, source) of `COPY --from=` and of `RUN --mount=…,from=`."""
    for place, flag in enumerate(one.flags):
        if one.keyword in ("COPY", "ADD") and flag.name == "from":
            yield place, flag.value
        elif one.keyword == "RUN" and flag.name == "mount":
            for item in flag.value.split(","):
                name, _, value = item.partition("=")
                if name.strip().lower() == "from":
                    yield place, value.strip()


def _droppable(one: Instruction, flag: Flag) -> bool:
    """Whether the result of the build is the same without the flag."""
    if one.keyword == "RUN":
        kind = [item.partition("=")[2] for item in flag.value.split(",") if item.startswith("type=")]
        if _lent(flag):
            return True
        return (flag.name == "mount" and kind == ["cache"]) or (flag.name, flag.value) == ("network", "default")
    if one.keyword == "FROM":
        return flag.name == "platform" and _PLATFORM_OF_BUILDKIT.fullmatch(flag.value) is not None
    return flag.name == "link"


def _lent(flag: Flag) -> tuple[str, str] | None:
    """(source, target) of a mount that lends a step a file or folder of the build context; None for any other flag."""
    given = dict(item.partition("=")[::2] for item in flag.value.split(","))
    if flag.name != "mount" or given.get("type", "bind") != "bind" or "from" in given:
        return None
    source = given.get("source") or given.get("src") or "."
    target = given.get("target") or given.get("destination") or given.get("dst")
    return (source, target) if target and not re.search(r"[\s$\"']", source + target) else None


def _script(one: Instruction) -> str | None:
    """The shell text of a RUN with heredocs; None when only BuildKit can do it (COPY, a script with its own `#!`)."""
    if one.keyword != "RUN":
        return None
    if _ALONE.fullmatch(one.arguments):
        script = one.heredocs[0].body
        return None if script.startswith("#!") else script
    return one.arguments + "\n" + "".join(f"{heredoc.body}{heredoc.name}\n" for heredoc in one.heredocs)


def _written(outer: Instruction, images: Mapping[int, str], escape: str) -> str:
    one = outer.inner or outer
    arguments = one.arguments
    if one.heredocs:
        script = _script(one)
        if script is None:
            raise TeamFault(
                "needs_buildkit",
                "The Dockerfile uses what only BuildKit understands",
                detail=f"Line {outer.line}: {one.keyword} with a heredoc (<<{one.heredocs[0].name})",
                fix="Put the text into a file of the repository and COPY it.",
                where=f"Dockerfile:{outer.line}",
            )
        # Exec form because JSON can say a line break, which a line of the classic format cannot.
        arguments = json.dumps(["/bin/sh", "-c", script])
    if one.keyword == "FROM" and FROM_ITSELF in images:
        arguments = " ".join([images[FROM_ITSELF], *split(arguments, escape)[1:]])
    flags = [
        _IMAGE_IN_FLAG.sub(rf"\g<1>{images[place]}", flag.text) if place in images else flag.text
        for place, flag in enumerate(one.flags)
        if not _droppable(one, flag)
    ]
    on_build = ["ONBUILD"] if outer.inner else []
    # What a step is lent is copied before it, and stays.
    lent = [mount for flag in one.flags if one.keyword == "RUN" and (mount := _lent(flag))]
    copies = [" ".join([*on_build, "COPY", json.dumps(list(mount))]) for mount in lent]
    return "\n".join([*copies, " ".join([*on_build, one.keyword, *flags, arguments])])
