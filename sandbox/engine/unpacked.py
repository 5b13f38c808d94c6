"""How large the archives of a build context become: the engine unpacks an ADD itself, outside the limits of a build.

Measured by reading, never by unpacking. What counts as an archive, the engine tells by the first bytes: tar, plain or
in gzip, bzip2 or xz (POSIX.1-2001 "ustar" and "pax", GNU tar). A tar with holes (sparse files) is refused: it names
lengths that no reading of it shows.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from sandbox.faults import TeamFault
from sandbox.limits import MIB

_ADDS = re.compile(r"^(ONBUILD )?ADD ", re.MULTILINE | re.IGNORECASE)
_MAGIC, _MAGIC_AT, _TYPE_AT, _BLOCK = b"ustar", 257, 156, 512
_LENGTH_AT, _SUM_AT = 124, 148
_EXTENDED = "xg"  # POSIX.1-2001, "pax Header Block"
_PAX_SPARSE, _GNU_SPARSE = b"GNU.sparse.", ord("S")
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
XZ_MEMORY_BYTES = 128 * MIB
CHUNK = 1 * MIB
MEMBERS = 100_000
BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError)


def is_needed(dockerfile: str) -> bool:
    """Whether a Dockerfile as we write it (one instruction a line) still has an ADD."""
    return _ADDS.search(dockerfile) is not None


class Unpacked:
    """Counts the archives of one context. `check` may raise, to stop.

    TeamFault("archive_too_large") when all together are over `limit` bytes or MEMBERS files, and
    TeamFault("archive_unreadable") for one that cannot be measured.
    """

    def __init__(self, limit: int, check: Callable[[], None]) -> None:
        self._limit, self._check, self._bytes, self._members = limit, check, 0, 0
        self._extended, self._said = 0, b""  # blocks that are left of an extended header, and the end of the last one

    def look(self, path: Path, name: str) -> None:
        """Count one regular file when it is an archive."""
        with path.open("rb") as stream:
            head = stream.read(_BLOCK)
            stream.seek(0)
            content = _content(stream, head)
            if content is None:
                return
            try:
                self._count(content, name)
            except BROKEN as error:
                raise _unreadable(name, str(error)) from error

    def _count(self, content: Iterator[bytes], name: str) -> None:
        rest, is_archive = b"", False
        for chunk in content:
            self._check()
            data = rest + chunk
            whole = len(data) - len(data) % _BLOCK
            rest = data[whole:]
            for at in range(0, whole, _BLOCK):
                if data[at + _MAGIC_AT : at + _MAGIC_AT + 5] == _MAGIC:
                    is_archive = True
                    self._members += 1
                if self._is_sparse(data[at : at + _BLOCK]):
                    raise _unreadable(name, "It has sparse files.")
            if not is_archive:
                if _is_old_header(data[:_BLOCK]):
                    raise _unreadable(name, "It is in the format of before 1988.")
                return  # compressed, but no archive: the engine copies it as it is
            self._bytes += len(chunk)
            if self._bytes > self._limit or self._members > MEMBERS:
                raise TeamFault(
                    "archive_too_large",
                    f"Unpacked, the archive {name} is larger than an archive of a build may be",
                    detail=f"More than {self._limit} bytes or {MEMBERS} files in all the archives that ADD unpacks.",
                    fix="Take large data out of the repository, or unpack less of it.",
                    where=name,
                )

    def _is_sparse(self, block: bytes) -> bool:
        """Whether a block is the header of a file with holes, or of the extended header that says so.

        What only looks like a header, in the middle of a file, counts as one: that may refuse, and never misses.
        """
        if self._extended:
            self._extended -= 1
            said, self._said = self._said + block, block[-len(_PAX_SPARSE) :]
            if _PAX_SPARSE in said:
                return True
        if block[_MAGIC_AT : _MAGIC_AT + 5] != _MAGIC:
            return False
        if chr(block[_TYPE_AT]) in _EXTENDED:
            length = block[_LENGTH_AT : _LENGTH_AT + 12].strip(b" \0")
            if not length.isdigit() or length.strip(b"01234567"):
                return True  # a length that nobody writes so
            self._extended = max(self._extended, -(-int(length, 8) // _BLOCK))
        return block[_TYPE_AT] == _GNU_SPARSE


def _content(stream: IO[bytes], head: bytes) -> Iterator[bytes] | None:
    """What is in it, a chunk at a time; None for a file that the engine does not unpack."""
    if head[_MAGIC_AT : _MAGIC_AT + 5] == _MAGIC or _is_old_header(head):
        return iter(lambda: stream.read(CHUNK), b"")
    if head.startswith(b"\x1f\x8b\x08"):
        unzipped = gzip.GzipFile(fileobj=stream)
        return iter(lambda: unzipped.read(CHUNK), b"")
    if head.startswith(b"BZh"):
        unpacked = bz2.BZ2File(stream)
        return iter(lambda: unpacked.read(CHUNK), b"")
    if head.startswith(b"\xfd7zXZ\x00"):
        return _xz(stream)
    return iter(_refuse_zstandard, b"") if head.startswith(_ZSTANDARD) else None


def _xz(stream: IO[bytes]) -> Iterator[bytes]:
    """Under a memory limit: the header of an xz may ask for gigabytes."""
    decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY_BYTES)
    while data := stream.read(CHUNK):
        while data or not decoder.needs_input:
            yield decoder.decompress(data, CHUNK)
            if decoder.eof:
                data = decoder.unused_data or stream.read(CHUNK)
                if not data:
                    return
                decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY_BYTES)
            else:
                data = b""


def _is_old_header(block: bytes) -> bool:
    """Whether a block is a header of the format without a magic word (Version 7): its checksum is right."""
    if len(block) < _BLOCK or not any(block):
        return False
    said = block[_SUM_AT : _SUM_AT + 8].strip(b" \0")
    blank = block[:_SUM_AT] + b" " * 8 + block[_SUM_AT + 8 :]
    return said.isdigit() and not said.strip(b"01234567") and int(said, 8) == sum(blank)


def _refuse_zstandard() -> bytes:
    raise OSError("It is compressed with Zstandard; use gzip.")


def _unreadable(name: str, why: str) -> TeamFault:
    return TeamFault(
        "archive_unreadable",
        f"The archive {name} cannot be measured, so the engine may not unpack it",
        detail=why,
        fix="Make the archive again with `tar -czf`, or COPY it and unpack it in a RUN step.",
        where=name,
    )
