"""What a container's writable layer holds on the disk, counted here where this machine can see it.

The engine's own figure (SizeRw) adds up the lengths that the names in the layer tell. It does not see a million empty
files, nor a file that was unlinked while it is open or mapped, and it takes a sparse file for a large one. Here blocks
are counted, and names, and what is held open without a name. A file that is only in flight in a socket is not seen:
for that there is the reserve of the whole file system.

The tree is the team's and changes while we look: it is walked by descriptors that follow no link, and the walk ends at
the limits.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.limits import GIB

BLOCK = 512  # the unit of st_blocks, whatever the file system's own is
DEPTH = 200  # folders in folders; a deeper tree counts as one that has too many names
DESCRIPTORS = 65_536  # looked at in one go, of all processes together
# A file system with less than this is full for everybody: services are stopped, and it is not their fault.
RESERVE_BYTES = 1 * GIB
RESERVE_FILES = 10_000
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True)
class Usage:
    """Bytes on the disk and names; more than the limit it was counted to means "at least so much"."""

    bytes: int
    files: int

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.bytes + other.bytes, self.files + other.files)


def folder_of(inspected: Mapping[str, Any]) -> Path | None:
    """The folder on this machine in which the engine keeps the layer; None where we cannot see it."""
    driver = inspected.get("GraphDriver") or {}
    if driver.get("Name") not in ("overlay2", "overlay"):
        return None
    folder = (driver.get("Data") or {}).get("UpperDir") or ""
    return Path(folder) if folder and os.access(folder, os.R_OK | os.X_OK) else None


def count(folder: Path, *, bytes: int, files: int) -> Usage:
    """What the names in a folder hold, counted until it is more than `bytes` or `files`."""
    seen_bytes = seen_files = 0
    linked: set[int] = set()
    for status, depth in _walk(folder):
        seen_files += 1
        if not stat.S_ISDIR(status.st_mode) and status.st_ino not in linked:
            seen_bytes += status.st_blocks * BLOCK
            if status.st_nlink > 1:
                linked.add(status.st_ino)
        if depth > DEPTH:
            seen_files = files + 1
        if seen_bytes > bytes or seen_files > files:
            break
    return Usage(seen_bytes, seen_files)


def held(pids: Iterable[int], mount: int) -> Usage:
    """What those processes keep of files without a name. `mount` is the device of the container's root."""
    seen: dict[int, int] = {}
    left = DESCRIPTORS
    for pid in pids:
        for path in _handles(pid):
            left -= 1
            if left < 0:
                return _sum(seen)
            with suppress(OSError):
                status = os.stat(path)  # noqa: PTH116 - a name in /proc that means an open file
                if status.st_nlink == 0 and status.st_dev == mount and stat.S_ISREG(status.st_mode):
                    seen[status.st_ino] = status.st_blocks * BLOCK
    return _sum(seen)


def root_device(pid: int) -> int | None:
    """The device that files of a process's root file system have; None when it has ended or we may not look."""
    try:
        return os.stat(f"/proc/{pid}/root").st_dev  # noqa: PTH116
    except OSError:
        return None


def is_nearly_full(folder: Path) -> bool:
    """Whether the file system below a folder has less left than the reserve."""
    try:
        system = os.statvfs(folder)
    except OSError:
        return False
    few_files = system.f_files > 0 and system.f_favail < min(RESERVE_FILES, system.f_files)
    return system.f_bavail * system.f_frsize < RESERVE_BYTES or few_files


def _sum(blocks: Mapping[int, int]) -> Usage:
    return Usage(sum(blocks.values()), len(blocks))


def _handles(pid: int) -> Iterator[str]:
    """Names in /proc of its open files, and of those that it has mapped and that have no name any more."""
    with suppress(OSError), os.scandir(f"/proc/{pid}/fd") as entries:
        yield from (entry.path for entry in entries)
    with suppress(OSError), Path(f"/proc/{pid}/maps").open(encoding="utf-8", errors="replace") as maps:
        for line in maps:
            if line.endswith(" (deleted)\n"):
                yield f"/proc/{pid}/map_files/{line.partition(' ')[0]}"


def _walk(folder: Path) -> Iterator[tuple[os.stat_result, int]]:
    """(status, depth) of everything below a folder. What goes away or changes its kind meanwhile is passed over."""
    try:
        open_folders = [_open(str(folder), None)]
    except OSError:
        return
    try:
        while open_folders:
            descriptor, entries = open_folders[-1]
            entry = next(entries, None)
            if entry is None:
                open_folders.pop()
                entries.close()
                os.close(descriptor)
                continue
            with suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                yield status, len(open_folders)
                if stat.S_ISDIR(status.st_mode) and len(open_folders) <= DEPTH:
                    open_folders.append(_open(entry.name, descriptor))
    finally:
        for descriptor, entries in open_folders:
            entries.close()
            os.close(descriptor)


def _open(name: str, parent: int | None) -> tuple[int, Any]:
    descriptor = os.open(name, _FOLDER, dir_fd=parent)
    try:
        return descriptor, os.scandir(descriptor)
    except OSError:
        os.close(descriptor)
        raise
