"""A snapshot: the files of one commit as an archive that always has the same bytes, and the folder made of it."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.faults import clean

ARCHIVE = "source.tar"
TREE = "tree"
LFS_POINTER = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True)
class Snapshot:
    """`root` is the checked-out tree (no .git). `facts` is the evidence's `source` document."""

    root: Path
    facts: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return self.facts

    @classmethod
    def reopen(cls, saved: dict[str, Any], workspace: Path) -> Snapshot | None:
        """The same snapshot again, from this machine's workspace; None when its archive is gone or another one."""
        archive, root = workspace / ARCHIVE, workspace / TREE
        if not archive.is_file() or sha256(archive) != saved.get("archive_sha256"):
            return None
        if not root.is_dir():
            unpack(archive, root)
        return cls(root, saved)


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def paths_of(root: Path) -> list[bytes]:
    """Every regular file below, as bytes relative to the root, sorted; links and devices are not in it."""
    top = os.fsencode(root)
    found = []
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118 - names are bytes and may be no text at all
            if os.path.isfile(path) and not os.path.islink(path):  # noqa: PTH113, PTH114 - the same
                found.append(os.path.relpath(path, top))
    return sorted(found)


def pack(root: Path, archive: Path) -> str:
    """Write the archive; its SHA-256. Order, owner, time and modes are fixed, so equal trees have equal digests."""
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT, encoding="utf-8", errors="surrogateescape") as tar:
        for name in paths_of(root):
            path = Path(os.fsdecode(os.path.join(os.fsencode(root), name)))  # noqa: PTH118 - bytes
            member = tarfile.TarInfo(os.fsdecode(name))
            member.size = path.stat().st_size
            member.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
            with path.open("rb") as stream:
                tar.addfile(member, stream)
    return sha256(archive)


def unpack(archive: Path, root: Path) -> None:
    """The archive that `pack` made, into an empty folder."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    with tarfile.open(archive, encoding="utf-8", errors="surrogateescape") as tar:
        tar.extractall(root, filter="data")


def lfs_pointers(root: Path) -> list[str]:
    """Files whose content stayed with Git LFS, so that only a pointer is here."""
    found = []
    for name in paths_of(root):
        path = Path(os.fsdecode(os.path.join(os.fsencode(root), name)))  # noqa: PTH118 - bytes
        if path.stat().st_size < 1024 and path.read_bytes().startswith(LFS_POINTER):
            found.append(clean(name, lines=1))
    return found[:20]


def tree_id(root: Path) -> str:
    """Git's own id of the tree (SHA-1 of blobs and trees, as `git write-tree` gives it) for a folder without git."""
    return _tree(os.fsencode(root)).hex()


def _tree(folder: bytes) -> bytes:
    entries = []
    with os.scandir(folder) as found:
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                entries.append((entry.name + b"/", b"40000", entry.name, _tree(entry.path)))
            elif entry.is_file(follow_symlinks=False):
                mode = b"100755" if entry.stat().st_mode & 0o100 else b"100644"
                data = Path(os.fsdecode(entry.path)).read_bytes()
                entries.append((entry.name, mode, entry.name, _object(b"blob", data)))
    body = io.BytesIO()
    for _, mode, name, digest in sorted(entries):
        body.write(mode + b" " + name + b"\0" + digest)
    return _object(b"tree", body.getvalue())


def _object(kind: bytes, data: bytes) -> bytes:
    # Git names objects by SHA-1; it identifies here and protects nothing (the archive's SHA-256 does).
    return hashlib.sha1(kind + b" %d\0" % len(data) + data, usedforsecurity=False).digest()
