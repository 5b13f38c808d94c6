"""Reading what a container says, under caps: frames, lines, the newest bytes, the first and the newest bytes."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.faults import clean

LINE_BYTES = 64 * 1024
HEADER_BYTES = 8
STDERR = 2


class Frames:
    """Takes apart what the engine sends for a container without a terminal: (1 stdout | 2 stderr, bytes) frames.

    An 8-byte header each: the stream's number, three zeros, the length (Docker Engine API, "Stream format").
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        self._buffer += data
        while len(self._buffer) >= HEADER_BYTES:
            length = int.from_bytes(self._buffer[4:HEADER_BYTES], "big")
            if len(self._buffer) < HEADER_BYTES + length:
                return
            yield self._buffer[0], bytes(self._buffer[HEADER_BYTES : HEADER_BYTES + length])
            del self._buffer[: HEADER_BYTES + length]


class Lines:
    """Whole lines from chunks. A line longer than `limit` bytes is cut there; its rest is passed over."""

    def __init__(self, limit: int = LINE_BYTES) -> None:
        self._limit, self._part, self._over = limit, b"", False

    def feed(self, data: bytes) -> Iterator[bytes]:
        first, *rest = data.split(b"\n")
        self._add(first)
        for piece in rest:
            yield self._part
            self._part, self._over = b"", False
            self._add(piece)

    def end(self) -> Iterator[bytes]:
        """The last line when it had no line end."""
        if self._part:
            yield self._part
            self._part = b""

    def _add(self, piece: bytes) -> None:
        if not self._over:
            self._over = len(self._part) + len(piece) > self._limit
            self._part = (self._part + piece)[: self._limit]


class Newest:
    """The last `limit` bytes of a stream."""

    def __init__(self, limit: int) -> None:
        self._limit, self._kept, self._size = limit, deque[bytes](), 0

    def add(self, data: bytes) -> None:
        self._kept.append(data)
        self._size += len(data)
        while self._size - len(self._kept[0]) >= self._limit:
            self._size -= len(self._kept.popleft())

    def value(self) -> bytes:
        return b"".join(self._kept)[-self._limit :]


class Ends:
    """The first and the last half of a text of any length, with a line between them that says what was left out."""

    def __init__(self, limit: int) -> None:
        self._head, self._room, self._tail = bytearray(), limit // 2, Newest(limit - limit // 2)
        self._seen = 0

    def add(self, data: bytes) -> None:
        self._seen += len(data)
        room = self._room - len(self._head)
        self._head += data[:room]
        if len(data) > room:
            self._tail.add(data[room:])

    def text(self) -> str:
        """Cleaned."""
        tail = self._tail.value() if self._seen > len(self._head) else b""
        left_out = self._seen - len(self._head) - len(tail)
        between = f"\n… {left_out} bytes left out …\n".encode() if left_out else b""
        return clean(bytes(self._head) + between + tail)


class Pace:
    """Passes lines on to a listener, at most `per_s` in a second; what is over is counted and told in one line."""

    def __init__(self, listener: Callable[[str], None], per_s: int = 100) -> None:
        self._listener, self._per_s = listener, per_s
        self._since, self._passed, self._held = time.monotonic(), 0, 0

    def say(self, line: bytes | str) -> None:
        now = time.monotonic()
        if now - self._since >= 1.0:
            self.flush()
            self._since, self._passed = now, 0
        if self._passed >= self._per_s:
            self._held += 1
            return
        self._passed += 1
        self._listener(clean(line))

    def flush(self) -> None:
        """Tell what was held back; call it once more at the end."""
        if self._held:
            self._listener(f"… {self._held} lines left out …")
            self._held = 0


def documents(lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    """The JSON objects among lines; anything else is passed over."""
    for line in lines:
        try:
            document = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(document, dict):
            yield document
