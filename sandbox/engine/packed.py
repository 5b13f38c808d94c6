"""The context of one build, packed once: the bytes that the engine gets, and the digest that finds it again."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from sandbox.engine.api import NO_SPACE, disk_full
from sandbox.engine.context import ending, pack
from sandbox.engine.owner import temporary_prefix
from sandbox.engine.unpacked import Unpacked
from sandbox.faults import HostFault

CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Packed:
    """The packed tree, without the Dockerfile, which may get more lines.

    sum    SHA-256 of the archive     notes  what was left out of it
    held   (path, name) of each of its files
    """

    file: IO[bytes]
    sum: str
    notes: list[str] = field(default_factory=list)
    held: list[tuple[Path, str]] = field(default_factory=list)

    def digest(self, *given: object) -> str:
        """SHA-256 of the tree and of all that is given beside it, in JSON."""
        return hashlib.sha256(json.dumps([self.sum, *given], sort_keys=True).encode()).hexdigest()

    def measure(self, limit: int, check: Callable[[], None]) -> None:
        """Read what its archives hold before an engine unpacks them: the TeamFaults of `Unpacked`."""
        unpacked = Unpacked(limit, check)
        with _reading():
            for path, name in self.held:
                unpacked.look(path, name)

    def chunks(self, dockerfile: str, check: Callable[[], None]) -> Iterator[bytes]:
        """The whole archive, from its beginning each time; `check` may raise, to stop."""
        self.file.seek(0)
        while chunk := self.file.read(CHUNK):
            check()
            yield chunk
        yield ending(dockerfile)


class _Summed:
    """What is written to a file, and its SHA-256."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.sum = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.sum.update(data)
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()


@contextmanager
def packed(folder: Path, files: Mapping[str, str], check: Callable[[], None]) -> Iterator[Packed]:
    """Pack a folder, and `files` beside it; HostFault when it cannot be read or the disk is full."""
    held: list[tuple[Path, str]] = []
    with tempfile.TemporaryFile(prefix=temporary_prefix("context")) as file:
        summed = _Summed(file)
        with _reading():
            notes = pack(
                folder, files, cast("IO[bytes]", summed), check, look=lambda path, name: held.append((path, name))
            )
        yield Packed(file, summed.sum.hexdigest(), notes, held)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if NO_SPACE in str(error).lower():
            raise disk_full(str(error)) from error
        raise HostFault("source_lost", "The fetched source could not be read", detail=str(error)) from error
