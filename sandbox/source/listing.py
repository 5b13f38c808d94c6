"""The list of a commit's files, read and judged before any of them is written."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.faults import TeamFault, clean
from sandbox.limits import MIB, Limits

LINK, SUBMODULE = "120000", "160000"


@dataclass(frozen=True)
class Listing:
    """What `git ls-tree -r -l -z` said. Names are shown cleaned; they are data of the team."""

    files: int = 0
    bytes: int = 0
    symlinks: tuple[str, ...] = field(default_factory=tuple)
    submodules: tuple[str, ...] = field(default_factory=tuple)


def read(raw: bytes, limits: Limits) -> Listing:
    """Check every entry; TeamFault("too_many_files", "source_too_large", "path_too_long")."""
    files = total = 0
    links: list[str] = []
    submodules: list[str] = []
    for entry in raw.split(b"\0"):
        if not entry:
            continue
        head, _, name = entry.partition(b"\t")
        mode, kind, _, size = head.decode("ascii", "replace").split()
        shown = clean(name, lines=1)
        files += 1
        if files > limits.fetch_files:
            raise _too(
                "too_many_files", "The repository has more files than the limit", f"The limit is {limits.fetch_files}."
            )
        if len(name) > limits.fetch_path_bytes:
            raise _too("path_too_long", "A file's path is longer than the limit", f"{shown[:120]}…")
        if mode == LINK:
            links.append(shown)
        if kind == "commit" or mode == SUBMODULE:
            submodules.append(shown)
            continue
        length = int(size) if size.isdigit() else 0
        total += length
        if length > limits.fetch_file_bytes:
            detail = f"{shown}: {length // MIB} MiB; the limit is {limits.fetch_file_bytes // MIB} MiB a file."
            raise _too("source_too_large", "A file is larger than the limit", detail)
        if total > limits.fetch_bytes:
            detail = f"The limit is {limits.fetch_bytes // MIB} MiB."
            raise _too("source_too_large", "The repository is larger than the limit", detail)
    return Listing(files, total, tuple(links[:20]), tuple(submodules[:20]))


def _too(id: str, title: str, detail: str) -> TeamFault:
    return TeamFault(
        id,
        title,
        detail=detail,
        fix="Keep data sets, models and installed packages out of the repository; fetch them in the build or at start.",
    )
