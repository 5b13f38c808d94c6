"""From an archive file (.tar, .tar.gz, .zip) to a tree: regular files only, within the limits, never outside.

Links inside the tree are left out and named in the facts (`symlinks`); links that lead out of it, devices and pipes
refuse the archive.
"""

from __future__ import annotations

import contextlib
import errno
import lzma
import os
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sandbox.faults import TeamFault, clean
from sandbox.limits import MIB, Limits
from sandbox.source import links, snapshot
from sandbox.source.listing import GIT_FOLDER, SHOWN
from sandbox.source.members import CHUNK, members, too

# What no part of a path may be, and the folders that an operating system or git leaves in an archive.
OUTSIDE, LEFT_OUT = {"..", ""}, "__MACOSX"
# Everything that the standard library raises on an archive that is damaged, encrypted or of an odd kind.
UNREADABLE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    UnicodeError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def fetch(
    path: Path, limits: Limits, workspace: Path, check: Callable[[], None] = lambda: None
) -> tuple[Path, dict[str, Any]]:
    """Unpack into the workspace; (tree, facts). A single top folder, as git hosts make it, is taken off.

    `check` is called between chunks and may raise. TeamFault("archive_invalid", "source_too_large",
    "too_many_files", "path_too_long", "repository_empty").
    """
    root = workspace / snapshot.TREE
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    total = 0
    targets: dict[PurePosixPath, str] = {}
    try:
        with contextlib.closing(members(path, limits, check)) as found:
            for member in found:
                check()
                target = _inside(member.name, limits)
                if any(part == LEFT_OUT or GIT_FOLDER.fullmatch(os.fsencode(part)) for part in target.parts):
                    continue
                if member.content is None:
                    targets[target] = member.target
                    continue
                left = min(limits.fetch_file_bytes, limits.fetch_bytes - total)
                total += _write(root / target, member.content, member.executable, left, check)
    except UNREADABLE as error:
        raise _invalid("The archive cannot be read", str(error)) from None
    except OSError as error:
        raise _of_writing(error) from None
    _refuse_twins(root, targets)
    top = _take_off_top(root)
    named = _links(targets, top)
    links.check(named, check)
    if not any(root.iterdir()):
        raise TeamFault("repository_empty", "The archive has no files", fix="Pack the project's folder and try again.")
    facts: dict[str, Any] = {"url": path.name, "ref": "", "commit": "", "committed_at": None}
    facts |= {"tree": snapshot.tree_id(root), "symlinks": [clean(name, lines=1) for name in list(named)[:SHOWN]]}
    return root, facts | {"files": len(snapshot.paths_of(root)), "bytes": total}


def _inside(name: str, limits: Limits) -> PurePosixPath:
    path = PurePosixPath(name)
    if "\\" in name:
        # Some programs read it as a letter and some as the end of a folder's name: the two trees would differ.
        raise _invalid("The archive has a path with a backslash", name[:200])
    if path.is_absolute() or not OUTSIDE.isdisjoint(path.parts) or "\0" in name or not path.parts:
        raise _invalid("The archive has a path that leads out of it", name[:200])
    if len(os.fsencode(name)) > limits.fetch_path_bytes:
        raise _long("A file's path is longer than the limit", f"{name[:120]}…")
    if len(path.parts) > limits.fetch_depth:
        raise _long("A file's path is deeper than the limit", f"{len(path.parts)} folders in one another.")
    return path


def _long(title: str, detail: str) -> TeamFault:
    fix = "Shorten the names of folders and files, and leave installed packages out."
    return TeamFault("path_too_long", title, detail=detail, fix=fix)


def _refuse_twins(root: Path, targets: Mapping[PurePosixPath, str]) -> None:
    """A path that is a link and a file, or a folder that is a link: what it means depends on who unpacks it."""
    for path in targets:
        if (root / path).exists() or not targets.keys().isdisjoint(path.parents):
            raise _invalid("The archive has a path that is a link and something else", str(path)[:200])


def _links(targets: dict[PurePosixPath, str], top: str) -> dict[bytes, bytes]:
    """Links by their paths in the tree, from which the top folder was taken off."""
    found = {}
    for path, target in targets.items():
        parts = path.parts[1:] if top and path.parts[0] == top else path.parts
        found[os.fsencode("/".join(parts))] = os.fsencode(target)
    return found


def _write(target: Path, stream: IO[bytes], executable: bool, left: int, check: Callable[[], None]) -> int:
    """Copy until the end or until `left` bytes, whatever the archive's own head says of the size."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            check()
            written += len(chunk)
            if written > left:
                raise too("source_too_large", f"{target.name}: the limit left was {left // MIB} MiB.")
            out.write(chunk)
    if executable:
        target.chmod(0o755)
    return written


def _take_off_top(root: Path) -> str:
    """The name of the top folder that was taken off, "" when there is none."""
    entries = list(root.iterdir())
    if len(entries) == 1 and entries[0].is_dir():
        top = root.with_name("top")
        shutil.rmtree(top, ignore_errors=True)
        entries[0].rename(top)
        root.rmdir()
        top.rename(root)
        return entries[0].name
    return ""


def _of_writing(error: OSError) -> Exception:
    """Paths that contradict each other, or that no file system takes, are the archive's; the rest is ours."""
    if error.errno in (errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ):
        return _invalid("The archive has paths that cannot be written", f"{error.strerror}: {error.filename}")
    if error.errno is None:  # gzip's own errors have no number
        return _invalid("The archive cannot be read", str(error))
    return error


def _invalid(title: str, detail: str) -> TeamFault:
    return TeamFault("archive_invalid", title, detail=detail, fix="Pack the project's folder again as .tar.gz or .zip.")
