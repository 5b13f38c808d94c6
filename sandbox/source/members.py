"""Members of an archive one after another, read so that no header can make us hold or unfold more than the limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import IO, Any

from sandbox.faults import TeamFault
from sandbox.limits import Limits

CHUNK = 1024 * 1024
STARTS = {
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
}
# (name, content, whether its owner may execute it)
Member = tuple[str, IO[bytes], bool]


def kind_of(path: Path) -> str:
    """ "zip", "gzip", "bzip2", "xz" or "tar" by the file's first bytes, "" when it is no archive."""
    with path.open("rb") as stream:
        start = stream.read(tarfile.BLOCKSIZE)
    # By its start: a library that looks for a zip's end would find one that an uncompressed tar holds.
    found = next((kind for magic, kind in STARTS.items() if start.startswith(magic)), "")
    return found or ("tar" if start[257:262] == b"ustar" or (start and path.suffix == ".tar") else "")


def members(path: Path, limits: Limits, check: Callable[[], None]) -> Generator[Member]:
    """Regular files in the archive's own order; links, devices and folders are left out."""
    found = _of_zip(path) if kind_of(path) == "zip" else _of_tar(path, limits, check)
    for count, member in enumerate(found, 1):
        if count > limits.fetch_files:
            raise too("too_many_files", f"More than {limits.fetch_files} files.")
        yield member


def _of_zip(path: Path) -> Generator[Member]:
    with zipfile.ZipFile(path) as zipped:
        for info in zipped.infolist():
            # The upper half of external_attr is the Unix mode; 0o120000 is a link.
            if not info.is_dir() and (info.external_attr >> 28) != 0o12:
                with zipped.open(info) as stream:
                    yield info.filename, stream, bool(info.external_attr >> 16 & 0o100)


def _of_tar(path: Path, limits: Limits, check: Callable[[], None]) -> Generator[Member]:
    # Headers, padding and what is not a regular file count, too: a stream that unfolds for ever has to end.
    ceiling = limits.fetch_bytes + limits.fetch_files * (limits.fetch_path_bytes + 4 * tarfile.BLOCKSIZE)
    opened: Any = {"gzip": gzip.open, "bzip2": bz2.open, "xz": lzma.open, "tar": open}[kind_of(path)]
    with opened(path, "rb") as stream:
        bounded = _Bounded(stream, ceiling, check)
        with tarfile.open(fileobj=bounded, mode="r:") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is not None:
                    yield member.name, content, bool(member.mode & 0o100)
        while bounded.read(CHUNK):  # to the end, where a compressed stream has its checksum
            pass


class _Bounded(io.RawIOBase):
    """A stream that gives no more than `ceiling` bytes in all, whatever length a header asks for."""

    def __init__(self, stream: Any, ceiling: int, check: Callable[[], None]) -> None:
        super().__init__()
        self._stream, self._ceiling, self._check = stream, ceiling, check

    def read(self, size: int = -1) -> bytes:
        self._check()
        left = self._ceiling - self._stream.tell()
        data = bytes(self._stream.read(left + 1 if size < 0 else min(size, left + 1)))
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


def too(id: str, detail: str) -> TeamFault:
    return TeamFault(
        id,
        "The archive is larger than the limit",
        detail=detail,
        fix="Leave data sets, models and installed packages out.",
    )
