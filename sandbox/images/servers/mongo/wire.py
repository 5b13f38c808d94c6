"""MongoDB's wire protocol: OP_MSG, and the OP_QUERY in which a driver says its first hello."""

from __future__ import annotations

import asyncio
import itertools
import struct
from dataclasses import dataclass
from typing import Any

import bson
from bson.codec_options import CodecOptions, DatetimeConversion

Document = dict[str, Any]
OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013
CHECKSUM, MORE_TO_COME = 1, 2
MAX_MESSAGE_BYTES = 48_000_000
HEADER = struct.Struct("<iiii")
OPTIONS: CodecOptions[Document] = CodecOptions(datetime_conversion=DatetimeConversion.DATETIME_AUTO)
_numbers = itertools.count(1)


class Malformed(Exception):
    """Bytes that are no message of these two kinds; the connection ends."""


@dataclass(frozen=True)
class Request:
    """One command. `silent`: the client waits for no answer. `legacy`: it came as OP_QUERY."""

    number: int
    body: Document
    silent: bool = False
    legacy: bool = False


async def read(reader: asyncio.StreamReader) -> Request | None:
    """The next request, None at the end of the connection."""
    try:
        size, number, _, code = HEADER.unpack(await reader.readexactly(HEADER.size))
        if not HEADER.size < size <= MAX_MESSAGE_BYTES:
            raise Malformed(f"a message of {size} bytes")
        data = await reader.readexactly(size - HEADER.size)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    if code == OP_MSG:
        return _message(number, data)
    if code == OP_QUERY:
        return _query(number, data)
    raise Malformed(f"operation {code}")


def _message(number: int, data: bytes) -> Request:
    (flags,) = struct.unpack_from("<I", data)
    at, end = 4, len(data) - (4 if flags & CHECKSUM else 0)
    body: Document = {}
    lists: dict[str, list[Document]] = {}
    while at < end:
        kind, at = data[at], at + 1
        (size,) = struct.unpack_from("<i", data, at)
        if not 5 <= size <= end - at:
            raise Malformed("a section that is longer than its message")
        section, at = data[at : at + size], at + size
        if kind == 0:
            body = bson.decode(section, OPTIONS)
        elif kind == 1:
            name, _, documents = section[4:].partition(b"\0")
            lists[name.decode()] = bson.decode_all(documents, OPTIONS)
        else:
            raise Malformed(f"a section of kind {kind}")
    return Request(number, body | lists, silent=bool(flags & MORE_TO_COME))


def _query(number: int, data: bytes) -> Request:
    collection, _, rest = data[4:].partition(b"\0")
    documents = bson.decode_all(rest[8:], OPTIONS)
    if not collection.endswith(b".$cmd") or not documents:
        raise Malformed("an OP_QUERY that is no command")
    body = documents[0].get("$query", documents[0])
    return Request(number, {**body, "$db": collection.removesuffix(b".$cmd").decode()}, legacy=True)


def answer(request: Request, document: Document) -> bytes:
    """The bytes of the answer, in the form of the request."""
    coded = bson.encode(document, codec_options=OPTIONS)
    if request.legacy:
        code, coded = OP_REPLY, struct.pack("<iqii", 8, 0, 0, 1) + coded
    else:
        code, coded = OP_MSG, struct.pack("<Ib", 0, 0) + coded
    return HEADER.pack(HEADER.size + len(coded), next(_numbers), request.number, code) + coded
