"""The build context: our own packing of a folder into a tar archive. It follows no link and opens nothing but files.

The SDK's packing reads through links, hangs on a FIFO and spins on some ignore patterns: it never sees a team's tree.
"""

from __future__ import annotations

import io
import os
import posixpath
import stat
import tarfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from sandbox.engine.ignore import Ignore

DOCKERFILE = ".assay.Dockerfile"
IGNORE = ".dockerignore"
IGNORE_BYTES = 64 * 1024
# 1980-01-01: the earliest time that a ZIP archive (and so a wheel made in the build) can hold.
FIXED_TIME = 315_532_800


def pack(
    root: Path,
    files: Mapping[str, str],
    out: IO[bytes],
    check: Callable[[], None] = lambda: None,
    *,
    look: Callable[[Path, str], None] = lambda _path, _name: None,
) -> list[str]:
    """Write the tree of a build to `out` as a tar without its end; returns notes on what was left out, for the log.

    Owner, group and time of every entry are fixed, so that the same tree is the same archive. `check` may raise, to
    stop, and `look` gets (path, name) of each file that went in. What `ending` gives belongs behind it.
    """
    ignore = Ignore(_read_ignore(root))
    notes = list(ignore.notes)
    tar = _archive(out)  # never closed, which would write its end
    names: set[str] = set()
    for name, entry in _walk(root, "", 0, ignore):
        check()
        note = _add(tar, root, name, entry)
        if note:
            notes.append(note)
        else:
            names.add(name)
            if entry.is_file(follow_symlinks=False):
                look(root / name, name)
    for name, text in files.items():
        if name not in names:
            _add_text(tar, _inside(name), text)
    return notes


def ending(dockerfile: str) -> bytes:
    """The rest of the archive: the Dockerfile, and an ignore file of ours that keeps both out of the image."""
    out = io.BytesIO()
    with _archive(out) as tar:
        _add_text(tar, DOCKERFILE, dockerfile)
        _add_text(tar, IGNORE, f"{DOCKERFILE}\n{IGNORE}\n")
    return out.getvalue()


def _archive(out: IO[bytes]) -> tarfile.TarFile:
    # The GNU format writes a name that is no UTF-8 as the bytes that it is.
    encoding: dict[str, Any] = {"encoding": "utf-8", "errors": "surrogateescape"}
    return tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT, **encoding)


def _walk(root: Path, folder: str, bits: int, ignore: Ignore) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """(name from the root, entry) of everything that is not ignored, in the order of names."""
    with os.scandir(root / folder) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        name = f"{folder}/{entry.name}" if folder else entry.name
        if name in (DOCKERFILE, IGNORE):
            continue
        own = ignore.bits(name, bits)
        left_out = ignore.leaves_out(own)
        is_folder = entry.is_dir(follow_symlinks=False)
        if not left_out:
            yield name, entry
        if is_folder and (not left_out or ignore.takes_back):
            yield from _walk(root, name, own, ignore)


def _add(tar: tarfile.TarFile, root: Path, name: str, entry: os.DirEntry[str]) -> str:
    """Add one entry; the note when it is left out."""
    mode = entry.stat(follow_symlinks=False).st_mode
    if stat.S_ISLNK(mode):
        target = str((root / name).readlink())
        if not _stays_inside(root, name, target):
            return f"{name} was left out: it is a link to a place outside the repository"
        info = _info(name, 0o777)
        info.type, info.linkname = tarfile.SYMTYPE, target
        tar.addfile(info)
    elif stat.S_ISDIR(mode):
        info = _info(name, 0o755)
        info.type = tarfile.DIRTYPE
        tar.addfile(info)
    elif stat.S_ISREG(mode):
        return _add_file(tar, root, name)
    else:
        return f"{name} was left out: it is neither a file nor a folder"
    return ""


def _add_file(tar: tarfile.TarFile, root: Path, name: str) -> str:
    # Between the listing and now it may have become a link or a FIFO: neither is followed nor waited for.
    try:
        descriptor = os.open(root / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        return f"{name} was left out: {error.strerror}"
    with os.fdopen(descriptor, "rb") as stream:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            return f"{name} was left out: it changed while it was read"
        info = _info(name, 0o755 if state.st_mode & 0o111 else 0o644)
        info.size = state.st_size
        tar.addfile(info, stream)
    return ""


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode("utf-8", "surrogateescape")
    info = _info(name, 0o644)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))


def _info(name: str, mode: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.mode, info.mtime = mode, FIXED_TIME
    return info


def _inside(name: str) -> str:
    clean = posixpath.normpath(name)
    if clean.startswith(("/", "../")) or clean in (".", ".."):
        raise ValueError(f"an added file has to be below the context, not {name!r}")
    return clean


def _stays_inside(root: Path, name: str, target: str) -> bool:
    """Whether a link means a place in the tree, both as it is written and as it resolves today."""
    written = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
    if target.startswith("/") or written == ".." or written.startswith("../"):
        return False
    base = os.path.realpath(root)
    return os.path.realpath(root / name).startswith(base + os.sep) or os.path.realpath(root / name) == base


def _read_ignore(root: Path) -> str:
    """The tree's own ignore file, "" when it has none that is a plain file."""
    try:
        descriptor = os.open(root / IGNORE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return ""
        return stream.read(IGNORE_BYTES).decode("utf-8", "surrogateescape")
