"""The gateway's HTTP/1.1: requests read under caps from anybody, answers written so that every client takes them."""

import asyncio
import json
import re
from dataclasses import dataclass, field

HEAD_BYTES, BODY_BYTES, BIG_BYTES = 32 * 1024, 6 * 1024 * 1024, 64 * 1024
HEAD_S, BODY_S = 60.0, 30.0
CHUNK = 64 * 1024
REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    413: "Payload Too Large",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
    529: "Overloaded",
}
_LINE = re.compile(r"([A-Z]{1,16}) (\S{1,4000}) HTTP/1\.[01]")


class Refusal(Exception):
    """The request cannot be read; the connection ends after the answer."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status, self.message = status, message


class Room:
    """How many bytes of bodies are held at a time, by all connections together."""

    def __init__(self, size):
        self.left = size

    def take(self, size):
        """Whether there was so much left, which is taken then."""
        if size > self.left:
            return False
        self.left -= size
        return True


@dataclass
class Request:
    """`path` without its query; `headers` with small letters, the last of equals; `keep` the connection after it.

    `shown` is what the record calls the path where that is not what was called.
    """

    method: str
    path: str
    query: str = ""
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    keep: bool = True
    shown: str = ""


async def read_request(reader, writer, big):
    """The next request, None when the client has gone. `big` bounds how many large bodies are held at a time."""
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_S)
    except asyncio.LimitOverrunError:
        raise Refusal(413, "The head of the request is too large.") from None
    except (asyncio.IncompleteReadError, TimeoutError, OSError):
        return None
    first, *rest = head.decode("latin-1").split("\r\n")
    found = _LINE.fullmatch(first)
    if found is None:
        raise Refusal(400, "This is no HTTP request.")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest if line)}
    path, _, query = found[2].partition("?")
    request = Request(found[1], path, query, headers)
    request.keep = headers.get("connection", "").lower() != "close" and first.endswith("1.1")
    length, chunked = headers.get("content-length"), "chunked" in headers.get("transfer-encoding", "").lower()
    if not chunked and (length is None or length == "0"):
        return request
    if length is not None and not chunked and not (length.isascii() and length.isdigit() and len(length) < 12):
        raise Refusal(400, "The length of the body is no number.")
    if not chunked and int(length) > BODY_BYTES:
        raise Refusal(413, f"The body is larger than {BODY_BYTES} bytes.")
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    try:
        if chunked or int(length) > BIG_BYTES:
            async with big:
                request.body = await asyncio.wait_for(_body(reader, chunked, length), BODY_S)
        else:
            request.body = await asyncio.wait_for(_body(reader, chunked, length), BODY_S)
    except (asyncio.IncompleteReadError, TimeoutError, OSError):
        return None
    return request


async def _body(reader, chunked, length):
    if not chunked:
        return await reader.readexactly(int(length))
    body = bytearray()
    while True:
        try:
            size = int((await reader.readuntil(b"\r\n")).partition(b";")[0].strip() or b"-", 16)
        except (ValueError, asyncio.LimitOverrunError):
            raise Refusal(400, "The body's chunks cannot be read.") from None
        if size < 0 or len(body) + size > BODY_BYTES:
            raise Refusal(413, f"The body is larger than {BODY_BYTES} bytes.")
        body += await reader.readexactly(size)
        if size == 0:
            while (await reader.readuntil(b"\r\n")) != b"\r\n":
                pass
            return bytes(body)
        await reader.readexactly(2)


def head_of(status, media, *, length=None, keep=True, headers=None):
    """The head of an answer; without a length the body comes in chunks."""
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Answer')}", f"Content-Type: {media}"]
    lines.append("Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}")
    lines += [f"Connection: {'keep-alive' if keep else 'close'}", "Cache-Control: no-cache"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def chunk(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def document_bytes(document):
    return document.encode() if isinstance(document, str) else json.dumps(document).encode()
