"""What the engine itself does for a Dockerfile, on its host and outside every limit of a build: that is taken away.

ADD of an address is fetched from the network of the host (what listens on its loopback, too), ADD of an archive is
unpacked by the engine, and a WORKDIR below /proc has been a way out of a container (CVE-2024-21626). What is plain
copying becomes COPY, so that ADD is left only where it unpacks.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sandbox.dockerfile.lines import Instruction
from sandbox.dockerfile.words import BadWord, expand, split, unquote
from sandbox.faults import TeamFault
from sandbox.kernelfolders import is_kernels

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|git@", re.IGNORECASE)
# Only what is named like an archive is unpacked; how large it becomes is measured when the context is packed.
_ARCHIVE = re.compile(r"\.(tar|tgz|tbz2?|txz)(\.\w+)?$|[*?\[]", re.IGNORECASE)


def harmless(instructions: tuple[Instruction, ...], escape: str) -> tuple[Instruction, ...]:
    """The same instructions with ADD as COPY wherever it only copies.

    TeamFault("add_refused") for an ADD of an address, TeamFault("folder_refused") for a WORKDIR in the kernel's files.
    """
    _check_folders(instructions, escape)
    return tuple(_harmless(one, escape) for one in instructions)


def _harmless(one: Instruction, escape: str) -> Instruction:
    if one.inner is not None:
        return replace(one, inner=_harmless(one.inner, escape))
    if one.keyword != "ADD" or one.heredocs:
        return one
    sources = _sources(one, escape)
    if any(_ADDRESS.match(unquote(source, escape)) for source in sources):
        raise TeamFault(
            "add_refused",
            "The Dockerfile lets the engine download a file",
            detail=f"Line {one.line}: ADD {one.arguments[:200]}",
            fix="Download it in a step of your own, for example RUN curl -fsSLO ADDRESS, or put the file into the "
            "repository: ADD of an address is fetched by the machine that builds, not in the build.",
            where=f"Dockerfile:{one.line}",
        )
    # A variable may hold an address, which COPY refuses by itself.
    unpacks = any(_ARCHIVE.search(source) for source in sources) and not any("$" in source for source in sources)
    return one if unpacks else replace(one, keyword="COPY")


def _sources(one: Instruction, escape: str) -> list[str]:
    try:
        words = json.loads(one.arguments)
    except (ValueError, RecursionError):
        words = split(one.arguments, escape)
    return [word for word in words[:-1] if isinstance(word, str)] if isinstance(words, list) else []


def _check_folders(instructions: tuple[Instruction, ...], escape: str) -> None:
    stages: dict[str, dict[str, str]] = {}
    overall: dict[str, str] = {}
    values, folder, count = overall, "/", 0
    for outer in instructions:
        one = outer.inner or outer
        if one.keyword == "FROM":
            words = split(one.arguments, escape)
            values, folder = dict(stages.get(words[0].lower(), {})), "/"
            stages[str(count)] = stages[words[2].lower() if len(words) == 3 else ""] = values
            count += 1
        elif one.keyword in ("ARG", "ENV"):
            for name, value in _assigned(one, values, escape):
                if one.keyword == "ENV" or value:
                    values[name] = value
                elif name in overall:
                    values.setdefault(name, overall[name])
        elif one.keyword == "WORKDIR":
            path = _expanded(one.arguments, values, escape)
            folder = posixpath.normpath(posixpath.join(folder, path))
            for meant in (folder, posixpath.normpath("/" + path)):
                _refuse_kernel_folder(meant, one)


def _assigned(one: Instruction, values: Mapping[str, str], escape: str) -> Iterator[tuple[str, str]]:
    words = split(one.arguments, escape)
    if one.keyword == "ENV" and words and "=" not in words[0]:
        yield words[0], _expanded(one.arguments.partition(words[0])[2].strip(), values, escape)
        return
    for word in words:
        name, _, value = word.partition("=")
        yield unquote(name, escape), _expanded(value, values, escape)


def _expanded(word: str, values: Mapping[str, str], escape: str) -> str:
    try:
        return expand(word, values, escape)
    except BadWord:
        return ""  # the builder refuses it, too


def _refuse_kernel_folder(path: str, one: Instruction) -> None:
    path = "/" + path.lstrip("/")
    if is_kernels(path):
        raise TeamFault(
            "folder_refused",
            f"The Dockerfile's WORKDIR is {path}, which a container may not use",
            detail=f"Line {one.line}: WORKDIR {one.arguments[:200]}",
            fix="Change the WORKDIR to a folder of your own, such as /app.",
            where=f"Dockerfile:{one.line}",
        )
