"""Asking a package index: GET over TLS (or plain where the operator says so), to addresses that a build may reach."""

import contextlib
import http.client
import socket
import ssl
import threading
import urllib.parse
import zlib

CONNECT_S, READ_S = 15.0, 60.0
HOPS, IDLE_CONNECTIONS = 3, 32
CHUNK = 256 * 1024
AGENT = "Assay download cache"


class Failed(Exception):
    """The index did not answer as it should; the build may ask it itself."""


class Upstream:
    """`addresses(host, port)` names where a host may be asked, or raises. Used by several threads."""

    def __init__(self, addresses):
        self.addresses = addresses
        self.context = ssl.create_default_context()
        self.turn = threading.Lock()
        self.idle = []  # [(origin, connection)], the newest last

    def page(self, url, headers, limit):
        """(status, headers, body) of 200 or 304. Its redirects are not followed: another place has not been named."""
        connection, answer = self.ask(url, {"Accept-Encoding": "gzip", **headers})
        with contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            if answer.status not in (200, 304):
                raise Failed(f"status {answer.status}")
            body = answer.read(limit + 1)
            if answer.headers.get("Content-Encoding", "").lower() == "gzip" and body:
                unpack = zlib.decompressobj(wbits=31)
                body = unpack.decompress(body, limit + 1)
                if not unpack.eof:
                    raise Failed("cut off, or too long")
            if len(body) > limit or answer.read(1):
                raise Failed("too long")
            stack.pop_all()
        self.give_back(url, connection, answer)
        return answer.status, answer.headers, body

    def file(self, url, limit):
        """Give the length, or None where it is not said, and then the bytes in pieces. Who reads checks the hash."""
        for _ in range(HOPS):
            connection, answer = self.ask(url, {"Accept-Encoding": "identity"})
            try:
                if answer.status in (301, 302, 303, 307, 308):
                    url = urllib.parse.urljoin(url, answer.headers.get("Location", ""))
                    continue
                length = answer.headers.get("Content-Length", "")
                expected = int(length) if length.isascii() and length.isdigit() else None
                if answer.status != 200 or answer.headers.get("Content-Encoding", "identity") != "identity":
                    raise Failed(f"status {answer.status}")
                if (expected or 0) > limit:
                    raise Failed("too large")
                yield expected
                seen = 0
                while data := answer.read1(CHUNK):  # what there is: others read along
                    seen += len(data)
                    if seen > limit:
                        raise Failed("too large")
                    yield data
                if expected is not None and seen != expected:
                    raise Failed("cut off")
                return
            finally:
                connection.close()
        raise Failed("too many redirects")

    def ask(self, url, headers):
        """(connection, answer) of a GET; once more on a new connection when one that was kept has gone."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise Failed("not an address over HTTP")
        target = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
        headers = {"Host": parts.netloc, "User-Agent": AGENT, **headers}
        while True:
            connection, is_kept = self.take(parts)
            try:
                connection.request("GET", target, headers=headers)
                return connection, connection.getresponse()
            except (OSError, http.client.HTTPException, ValueError) as error:
                connection.close()
                if not is_kept:
                    raise Failed(str(error)) from error

    def take(self, parts):
        origin = (parts.scheme, parts.netloc)
        with self.turn:
            for number in range(len(self.idle) - 1, -1, -1):
                if self.idle[number][0] == origin:
                    return self.idle.pop(number)[1], True
        return self.connect(parts), False

    def connect(self, parts):
        """A connection to an address that was looked at, under the name that was asked for."""
        is_tls = parts.scheme == "https"
        port = parts.port or (443 if is_tls else 80)
        last = None
        for address in self.addresses(parts.hostname, port):
            try:
                wire = socket.create_connection((address, port), timeout=CONNECT_S)
                wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if is_tls:
                    wire = self.context.wrap_socket(wire, server_hostname=parts.hostname)
                wire.settimeout(READ_S)
            except OSError as error:
                last = error
                continue
            connection = http.client.HTTPConnection(parts.hostname, port)
            connection.sock = wire
            connection.auto_open = 0
            return connection
        raise Failed(str(last))

    def give_back(self, url, connection, answer):
        parts = urllib.parse.urlsplit(url)
        with self.turn:
            if answer.will_close or connection.sock is None or len(self.idle) >= IDLE_CONNECTIONS:
                connection.close()
            else:
                self.idle.append(((parts.scheme, parts.netloc), connection))
