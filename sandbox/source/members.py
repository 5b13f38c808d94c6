"""Members of an archive one after another, read so that no header can make us hold or unfold more than the limits."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import os
import posixpath
import stat
import tarfile
import zipfile
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sandbox.faults import TeamFault
from sandbox.limits import MIB, Limits
from sandbox.source.links import MAX_TARGET_BYTES

# Contents are read in such pieces. A header that is longer is refused: the library reads it as a whole.
CHUNK = 64 * 1024
# Fields that hold for all members that follow; git's own archives have one.
MAX_GLOBAL_FIELDS = 1_000
STARTS = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
}
# What a header may ask the decompressor to hold.
XZ_BYTES = 128 * MIB
ZIP_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
# The zip's own list of its members is read as a whole: a row of it has this much beside the name.
ZIP_ROW_BYTES = 256
UNIX = 3


@dataclass(frozen=True)
class Member:
    """A regular file: `content` and whether its owner may execute it. A link: `target`, in the archive's words."""

    name: str
    content: IO[bytes] | None = None
    executable: bool = False
    target: str = ""


def kind_of(path: Path) -> str:
    """ "zip", "gzip", "bzip2", "xz" or "tar" by the file's first bytes, "" when it is no archive."""
    with path.open("rb") as stream:
        start = stream.read(tarfile.BLOCKSIZE)
    # By its start: a library that looks for a zip's end would find one that an uncompressed tar holds.
    found = next((kind for magic, kind in STARTS.items() if start.startswith(magic)), "")
    return found or ("tar" if start[257:262] == b"ustar" or (start and path.suffix == ".tar") else "")


def members(path: Path, limits: Limits, check: Callable[[], None]) -> Generator[Member]:
    """Files and links in the archive's own order, without folders; TeamFault for a member that is neither.

    A `content` can be read until the next member is asked for.
    """
    ceiling = _ceiling(limits)
    if path.stat().st_size > ceiling:
        raise too("source_too_large", f"The archive has more than {ceiling // MIB} MiB.")
    found = _of_zip(path, limits) if kind_of(path) == "zip" else _of_tar(path, limits, check)
    for count, member in enumerate(found, 1):
        if count > limits.fetch_files:
            raise too("too_many_files", f"More than {limits.fetch_files} files.")
        yield member


def _ceiling(limits: Limits) -> int:
    # Headers, padding and what is not a regular file count, too: a stream that unfolds for ever has to end.
    return limits.fetch_bytes + limits.fetch_files * (limits.fetch_path_bytes + 4 * tarfile.BLOCKSIZE)


def _of_zip(path: Path, limits: Limits) -> Generator[Member]:
    if _list_bytes(path) > limits.fetch_files * (limits.fetch_path_bytes + ZIP_ROW_BYTES):
        raise too("too_many_files", f"More than {limits.fetch_files} files.")
    with zipfile.ZipFile(path) as zipped:
        for info in zipped.infolist():
            # The upper half of external_attr is the Unix mode, from Unix at least.
            mode = info.external_attr >> 16
            kind = stat.S_IFMT(mode)
            if info.is_dir():
                continue
            if info.compress_type not in ZIP_KINDS:
                raise NotImplementedError(f"{info.filename} is packed in a way that asks for much memory")
            if kind not in (0, stat.S_IFREG, stat.S_IFLNK) and info.create_system == UNIX:
                raise neither(info.filename)
            with zipped.open(info) as stream:
                if kind == stat.S_IFLNK:
                    yield Member(info.filename, target=os.fsdecode(stream.read(MAX_TARGET_BYTES)))
                else:
                    yield Member(info.filename, stream, bool(mode & 0o100))


def _list_bytes(path: Path) -> int:
    """How long the archive's list of members says that it is; it is read as a whole, before any row is seen."""
    with path.open("rb") as stream:
        # The library's own search, so that we look at the very record that it will go by: there may be several.
        end = zipfile._EndRecData(stream)  # type: ignore[attr-defined]
    return int(end[zipfile._ECD_SIZE]) if end else 0  # type: ignore[attr-defined]


def _of_tar(path: Path, limits: Limits, check: Callable[[], None]) -> Generator[Member]:
    ceiling = _ceiling(limits)
    with _opened(path) as stream:
        bounded = _Bounded(stream, ceiling, check)
        with tarfile.open(fileobj=bounded, mode="r:") as tar:
            for count, member in enumerate(tar, 1):
                # Folders count, too, and what the library keeps of them and of global fields.
                if count > 2 * limits.fetch_files or len(tar.pax_headers) > MAX_GLOBAL_FIELDS:
                    raise too("too_many_files", f"More than {limits.fetch_files} files, or as many folders.")
                if member.issym():
                    yield Member(member.name, target=member.linkname)
                elif member.islnk():
                    yield Member(member.name, target=_from(member.name, member.linkname))
                elif not member.isreg() and not member.isdir():
                    raise neither(member.name)
                elif (content := tar.extractfile(member)) is not None:
                    yield Member(member.name, content, bool(member.mode & 0o100))
        while bounded.read(CHUNK):  # to the end, where a compressed stream has its checksum
            pass


@contextlib.contextmanager
def _opened(path: Path) -> Generator[Any]:
    kind = kind_of(path)
    if kind != "xz":
        opened: Any = {"gzip": gzip.open, "bzip2": bz2.open, "tar": open}[kind]
        with opened(path, "rb") as stream:
            yield stream
        return
    with path.open("rb") as raw:
        yield _Xz(raw)


class _Xz:
    """An xz stream read forwards. The library's own reader holds whatever a header asks for; this one LZMAErrors."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw, self._position = raw, 0
        self._unpack = lzma.LZMADecompressor(memlimit=XZ_BYTES)

    def read(self, size: int) -> bytes:
        parts: list[bytes] = []
        left = size
        while left and not self._unpack.eof:
            packed = self._raw.read(CHUNK) if self._unpack.needs_input else b""
            if self._unpack.needs_input and not packed:
                raise EOFError("it ends before its end")
            parts.append(self._unpack.decompress(packed, left))
            left -= len(parts[-1])
        self._position += size - left
        return b"".join(parts)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence != os.SEEK_SET or offset < self._position:
            raise ValueError("it can be read forwards only")
        while offset > self._position and self.read(min(CHUNK, offset - self._position)):
            pass
        return self._position

    def tell(self) -> int:
        return self._position


def _from(name: str, target: str) -> str:
    """A hard link's target, which is told from the archive's top, as a symbolic link would tell it."""
    return target if target.startswith("/") else posixpath.relpath(target or ".", posixpath.dirname(name) or ".")


class _Bounded(io.RawIOBase):
    """A stream that gives no more than `ceiling` bytes in all, whatever length a header asks for."""

    def __init__(self, stream: Any, ceiling: int, check: Callable[[], None]) -> None:
        super().__init__()
        self._stream, self._ceiling, self._check = stream, ceiling, check

    def read(self, size: int = -1) -> bytes:
        self._check()
        if not 0 <= size <= CHUNK:
            raise tarfile.HeaderError(f"it has a header of {size} bytes")
        left = self._ceiling - self._stream.tell()
        data = bytes(self._stream.read(min(size, left + 1)))
        if len(data) > left:
            raise too("source_too_large", "It unfolds to more than the limit.")
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Forwards by reading: a compressed stream would unfold up to any offset without asking us."""
        while whence == os.SEEK_SET and offset - self._stream.tell() > CHUNK:
            if not self.read(CHUNK):
                break
        return int(self._stream.seek(offset, whence))

    def tell(self) -> int:
        return int(self._stream.tell())


def neither(name: str) -> TeamFault:
    return TeamFault(
        "archive_invalid",
        "The archive has a member that is neither a file nor a folder",
        detail=name[:200],
        fix="Take devices, pipes and sockets out of the folder and pack it again.",
    )


def too(id: str, detail: str) -> TeamFault:
    return TeamFault(
        id,
        "The archive is larger than the limit",
        detail=detail,
        fix="Leave data sets, models and installed packages out.",
    )
