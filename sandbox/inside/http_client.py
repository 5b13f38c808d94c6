"""A bounded HTTP/1.1 client for answers of unknown code: every deadline and every size has an end.

Shared by the scripts beside it. It follows no redirect, keeps no cookie, knows no proxy, and inflates no further than
it would read. Deadlines run on the monotonic clock over the whole answer, so one byte a second ends as well.

It connects to an address of the loopback network that nobody can guess: a listener on 0.0.0.0 answers there, as it
would from outside, and one that was put on 127.0.0.1 in front of it, for us alone, does not.
"""

import contextlib
import re
import secrets
import socket
import time
import zlib
from dataclasses import dataclass, field

STATUS_LINE = 8 * 1024
HEADER_BYTES = 64 * 1024
HEADER_COUNT = 100
INFORMATIONAL = 10
BODY_BYTES = 1024 * 1024
# An address within one host: never a whole URL, another host, or a second line of the head.
PATH = re.compile(r"/(?:[\x21-\x2e\x30-\x7e][\x21-\x7e]*)?")
PATH_BYTES = 4096
METHOD = re.compile(r"[A-Z]{1,16}")
# The same head from every tool of ours, in the load generator's order and without a word about closing: a service must
# not be able to tell a look from a load.
HEAD = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
    "Host": "localhost",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}


def outward():
    """127.x.y.z, another one in each process."""
    return ".".join(["127", *(str(1 + secrets.randbelow(253)) for _ in range(3))])


ADDRESS = outward()


class NoAnswer(Exception):
    """Nothing usable came back. `kind`: refused, timeout, closed, protocol or too_large.

    `status` is that of the head when one came before it went wrong, else None.
    """

    def __init__(self, kind, detail="", status=None):
        super().__init__(f"{kind}: {detail}" if detail else kind)
        self.kind, self.status = kind, status


@dataclass
class Answer:
    """`ms` is from the first attempt to connect until the last byte; `headers` has lower-case names."""

    status: int
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    ms: float = 0.0

    @property
    def content_type(self):
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Reader:
    """Bytes of a socket until a deadline."""

    def __init__(self, link, until):
        self._link, self._until, self._buffer = link, until, b""

    def more(self):
        left = self._until - time.monotonic()
        if left <= 0:
            raise NoAnswer("timeout", "the answer was not complete in time")
        self._link.settimeout(left)
        try:
            chunk = self._link.recv(64 * 1024)
        except TimeoutError:
            raise NoAnswer("timeout", "the answer was not complete in time") from None
        except OSError as error:
            raise NoAnswer("closed", str(error)) from None
        self._buffer += chunk
        return bool(chunk)

    def line(self, limit):
        while b"\n" not in self._buffer:
            if len(self._buffer) > limit:
                raise NoAnswer("too_large", "a line of the head")
            if not self.more():
                raise NoAnswer("closed", "in the head of the answer")
        line, _, self._buffer = self._buffer.partition(b"\n")
        if len(line) > limit:
            raise NoAnswer("too_large", "a line of the head")
        return line.rstrip(b"\r")

    def take(self, count):
        while len(self._buffer) < count:
            if not self.more():
                raise NoAnswer("closed", "in the body of the answer")
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def some(self):
        """Whatever comes next; empty at the end."""
        if not self._buffer and not self.more():
            return b""
        taken, self._buffer = self._buffer, b""
        return taken


def request(
    port,
    method,
    path,
    *,
    body=b"",
    headers=None,
    connect_s=2.0,
    total_s=10.0,
    body_bytes=BODY_BYTES,
    address=ADDRESS,
    on_piece=None,
):
    """One request to this namespace's loopback; an Answer, or NoAnswer.

    `on_piece(bytes)` hears of the body as it comes; the connection ends when it says True.
    """
    started = time.monotonic()
    until = started + total_s
    head = head_of(method, path, body, headers)
    with connect(port, min(connect_s, total_s), address) as link:
        link.settimeout(max(0.1, until - time.monotonic()))
        # A server may answer and close before it has read everything.
        with contextlib.suppress(OSError):
            link.sendall(head + body)
        answer = answer_of(link, until, method, body_bytes, on_piece)
    answer.ms = (time.monotonic() - started) * 1000
    return answer


def head_of(method, path, body=b"", headers=None):
    """The bytes of a request before its body; NoAnswer when it is none that can be sent."""
    if not METHOD.fullmatch(method) or not PATH.fullmatch(path) or len(path) > PATH_BYTES:
        raise NoAnswer("protocol", "not a path that can be asked for")
    head = HEAD | (headers or {})
    if body or method in ("POST", "PUT", "PATCH"):
        head["Content-Length"] = str(len(body))
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1", "replace")


def connect(port, seconds, address=ADDRESS):
    """A connection to a service of this namespace, or NoAnswer."""
    try:
        return socket.create_connection((address, port), timeout=seconds)
    except TimeoutError:
        raise NoAnswer("timeout", "no connection") from None
    except OSError as error:
        raise NoAnswer("refused", str(error)) from None


def answer_of(link, until, method, body_bytes=BODY_BYTES, on_piece=None):
    """The answer on a connection on which a request was sent, complete before `until`; or NoAnswer."""
    return _read(Reader(link, until), method, body_bytes, on_piece)


def _read(reader, method, body_bytes, on_piece=None):
    for _ in range(INFORMATIONAL + 1):
        status, headers = read_head(reader)
        if status >= 200:
            break
    else:
        raise NoAnswer("protocol", "too many informational answers")
    answer = Answer(status, headers)
    if method != "HEAD" and status not in (204, 304):
        try:
            answer.body = _inflated(_body(reader, headers, body_bytes, on_piece), headers, body_bytes)
        except NoAnswer as error:
            error.status = status
            raise
    return answer


def read_head(reader):
    """(status, headers with lower-case names) of the answer that comes next; NoAnswer."""
    return _status(reader.line(STATUS_LINE)), _headers(reader)


def _status(line):
    parts = line.split(None, 2)
    if len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or not parts[1].isdigit() or len(parts[1]) != 3:
        raise NoAnswer("protocol", "the first line is not HTTP")
    status = int(parts[1])
    if not 100 <= status <= 599:
        raise NoAnswer("protocol", f"a status of {status}")
    return status


def _headers(reader):
    headers, seen = {}, 0
    for count in range(HEADER_COUNT + 1):
        line = reader.line(STATUS_LINE)
        if not line:
            return headers
        seen += len(line)
        if seen > HEADER_BYTES or count == HEADER_COUNT:
            break
        name, colon, value = line.decode("latin-1").partition(":")
        name, value = name.strip().lower(), value.strip()
        if not colon or not name:
            raise NoAnswer("protocol", "a header without a name")
        if name == "content-length" and headers.get(name, value) != value:
            raise NoAnswer("protocol", "two lengths")
        headers[name] = value
    raise NoAnswer("too_large", "the headers")


def _body(reader, headers, limit, on_piece=None):
    pieces, size = [], 0
    for piece in (
        _chunks(reader, limit)
        if "chunked" in headers.get("transfer-encoding", "").lower()
        else _plain(reader, headers, limit)
    ):
        size += len(piece)
        if size > limit:
            raise NoAnswer("too_large", f"a body of more than {limit} bytes")
        pieces.append(piece)
        if on_piece is not None and on_piece(piece):
            break
    return b"".join(pieces)


def _plain(reader, headers, limit):
    length = headers.get("content-length")
    if length is not None:
        # Latin-1 has digits that int() does not know.
        if not (length.isascii() and length.isdigit()) or len(length) > 15:
            raise NoAnswer("protocol", "a content length that is no number")
        left = int(length)
        if left > limit:
            raise NoAnswer("too_large", f"a body of more than {limit} bytes")
        while left > 0:
            piece = reader.some()[:left]
            if not piece:
                raise NoAnswer("closed", "in the body of the answer")
            left -= len(piece)
            yield piece
        return
    while piece := reader.some():
        yield piece


def _chunks(reader, limit):
    while True:
        try:
            size = int(reader.line(1024).partition(b";")[0], 16)
        except ValueError:
            raise NoAnswer("protocol", "a chunk size that is no number") from None
        if size < 0 or size > limit:
            raise NoAnswer("too_large", f"a chunk of {size} bytes")
        if size == 0:
            return
        yield reader.take(size)
        reader.take(2)


def _inflated(body, headers, limit):
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return body
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise NoAnswer("protocol", f"content encoding {encoding!r}")
    inflater = zlib.decompressobj(47 if "gzip" in encoding else 15)
    try:
        plain = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise NoAnswer("protocol", str(error)) from None
    if len(plain) > limit:
        raise NoAnswer("too_large", "a body that inflates without end")
    if not inflater.eof:
        raise NoAnswer("closed", "in the compressed body of the answer")
    return plain
