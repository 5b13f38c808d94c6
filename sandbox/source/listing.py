"""The list of a commit's files, read and judged before any of them is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sandbox.faults import TeamFault, clean
from sandbox.limits import MIB, Limits
from sandbox.source.links import MAX_TARGET_BYTES

LINK, SUBMODULE = "120000", "160000"
# The longest name that a file system takes.
NAME_BYTES = 255
# Git's own folder as Windows and macOS would read it too: short name, trailing dots and spaces, streams. Git refuses
# these itself; a tree of ours is also read by build tools that look for it.
GIT_FOLDER = re.compile(rb"(?:\.git|git~\d+)[. ]*(?::.*)?", re.IGNORECASE | re.DOTALL)
SHOWN = 20
# (object id, path as git has it)
Link = tuple[str, bytes]


@dataclass(frozen=True)
class Listing:
    """What `git ls-tree -r -l -z` said. Names are data of the team; all but those of `links` are cleaned."""

    files: int = 0
    bytes: int = 0
    links: tuple[Link, ...] = field(default_factory=tuple)
    symlinks: tuple[str, ...] = field(default_factory=tuple)
    submodules: tuple[str, ...] = field(default_factory=tuple)


def read(raw: bytes, limits: Limits) -> Listing:
    """Check every entry; TeamFault("too_many_files", "source_too_large", "path_too_long", "repository_invalid")."""
    files = total = 0
    links: list[Link] = []
    submodules: list[str] = []
    for entry in raw.split(b"\0"):
        if not entry:
            continue
        head, _, name = entry.partition(b"\t")
        mode, kind, identity, size = head.decode("ascii", "replace").split()
        files += 1
        if files > limits.fetch_files:
            raise _too(
                "too_many_files", "The repository has more files than the limit", f"The limit is {limits.fetch_files}."
            )
        check_path(name, limits)
        length = int(size) if size.isdigit() else 0
        if kind == "commit" or mode == SUBMODULE:
            submodules.append(clean(name, lines=1))
            continue
        if mode == LINK:
            if length > MAX_TARGET_BYTES:
                raise _invalid("A symbolic link is longer than any path", name)
            links.append((identity, name))
        total += length
        if length > limits.fetch_file_bytes:
            shown = clean(name, lines=1)
            detail = f"{shown}: {length // MIB} MiB; the limit is {limits.fetch_file_bytes // MIB} MiB a file."
            raise _too("source_too_large", "A file is larger than the limit", detail)
        if total > limits.fetch_bytes:
            detail = f"The limit is {limits.fetch_bytes // MIB} MiB."
            raise _too("source_too_large", "The repository is larger than the limit", detail)
    shown_links = tuple(clean(name, lines=1) for _, name in links[:SHOWN])
    return Listing(files, total, tuple(links), shown_links, tuple(submodules[:SHOWN]))


def check_path(name: bytes, limits: Limits) -> None:
    """Refuse a path that is too long or too deep, or that means something else to some program than a place below."""
    parts = name.split(b"/")
    if len(name) > limits.fetch_path_bytes or max(map(len, parts)) > NAME_BYTES:
        raise _too("path_too_long", "A file's path is longer than the limit", f"{clean(name[:120], lines=1)}…")
    if len(parts) > limits.fetch_depth:
        raise _too("path_too_long", "A file's path is deeper than the limit", f"{len(parts)} folders in one another.")
    if any(part in (b"", b".", b"..") or GIT_FOLDER.fullmatch(part) for part in parts):
        raise _invalid("A file has an impossible name", name)


def _invalid(title: str, name: bytes) -> TeamFault:
    return TeamFault(
        "repository_invalid",
        title,
        detail=clean(name[:200], lines=1),
        fix="Rename or remove the file; no part of a path may be .git or what a system reads as it.",
    )


def _too(id: str, title: str, detail: str) -> TeamFault:
    return TeamFault(
        id,
        title,
        detail=detail,
        fix="Keep data sets, models and installed packages out of the repository; fetch them in the build or at start.",
    )
