"""From an archive file (.tar, .tar.gz, .zip) to a tree: regular files only, within the limits, never outside."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from sandbox.faults import TeamFault
from sandbox.limits import MIB, Limits
from sandbox.source import snapshot

CHUNK = 1024 * 1024


def is_archive(path: Path) -> bool:
    return path.is_file() and (zipfile.is_zipfile(path) or tarfile.is_tarfile(path))


def fetch(path: Path, limits: Limits, workspace: Path) -> tuple[Path, dict[str, Any]]:
    """Unpack into the workspace; (tree, facts). A single top folder, as git hosts make it, is taken off."""
    root = workspace / snapshot.TREE
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    total = 0
    try:
        for count, (name, stream, executable) in enumerate(_members(path), 1):
            if count > limits.fetch_files:
                raise _too("too_many_files", f"More than {limits.fetch_files} files.")
            total += _write(
                root / _inside(name), stream, executable, min(limits.fetch_file_bytes, limits.fetch_bytes - total)
            )
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, UnicodeError, NotImplementedError) as error:
        raise TeamFault(
            "archive_invalid", "The archive cannot be read", detail=str(error), fix="Pack it again as .tar.gz or .zip."
        ) from None
    entries = list(root.iterdir())
    if len(entries) == 1 and entries[0].is_dir():
        top = root.with_name("top")
        entries[0].rename(top)
        root.rmdir()
        top.rename(root)
    if not any(root.iterdir()):
        raise TeamFault("repository_empty", "The archive has no files", fix="Pack the project's folder and try again.")
    facts = {"url": path.name, "ref": "", "commit": "", "tree": snapshot.tree_id(root), "committed_at": None}
    return root, facts | {"files": len(snapshot.paths_of(root)), "bytes": total}


def _members(path: Path) -> Iterator[tuple[str, IO[bytes], bool]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as zipped:
            for info in zipped.infolist():
                # The upper half of external_attr is the Unix mode; 0o120000 is a link.
                if not info.is_dir() and (info.external_attr >> 28) != 0o12:
                    with zipped.open(info) as stream:
                        yield info.filename, stream, bool(info.external_attr >> 16 & 0o100)
        return
    with tarfile.open(path) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is not None:
                yield member.name, content, bool(member.mode & 0o100)


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or "\0" in name or not path.parts:
        raise TeamFault(
            "archive_invalid",
            "The archive has a path that leads out of it",
            detail=name[:200],
            fix="Pack it again from inside the project's folder.",
        )
    return path


def _write(target: Path, stream: IO[bytes], executable: bool, left: int) -> int:
    """Copy until the end or until `left` bytes, whatever the archive's own head says of the size."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with target.open("wb") as out:
        while chunk := stream.read(CHUNK):
            written += len(chunk)
            if written > left:
                raise _too("source_too_large", f"{target.name}: the limit left was {left // MIB} MiB.")
            out.write(chunk)
    if executable:
        target.chmod(0o755)
    return written


def _too(id: str, detail: str) -> TeamFault:
    return TeamFault(
        id,
        "The archive is larger than the limit",
        detail=detail,
        fix="Leave data sets, models and installed packages out.",
    )
