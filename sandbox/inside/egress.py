"""The only way out of a build: an HTTP proxy that knows which hosts may be reached, and connects only to these.

It answers on a listening socket that `doorway.py` made in the namespace of the build. CONNECT (RFC 9110, 9.3.6) for
TLS, and GET and HEAD in absolute form (RFC 9112, 3.2.2) for the rest. A name is resolved here, once, and the address
that was looked at is the one that is connected to.

Argument: {"handover": "/handover/socket", "named": ["index.example.org", "*.example.org:8443"], "public": true,
"bytes": 4294967296, "connections": 64, "downloads": {…} | null}. What may be reached: `egress_rule.py`; `downloads`
makes the door a package index, too, see `downloads.py`: {"python", "npm" (the indexes that it asks), "folder", "bytes"
(of the store), "fetch_bytes" (that one build may put into it), "at" (how the build calls the door)}.
Prints a JSON line for each connection that ends: {"host", "port", "named", "outcome": "done" | "refused" |
"unreachable" | "too much", "bytes"}, and for each file of the index {"download", "how": "kept" | "fetched" | "shared" |
"passed", …}, the first 5,000 of all of them.
"""

import asyncio
import contextlib
import gc
import json
import os
import socket
import sys
import urllib.parse
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from downloads import Downloads, redirect
from egress_rule import Refused, Rule

HEAD_BYTES, HEAD_S = 16 * 1024, 20.0
CONNECT_S, IDLE_S = 15.0, 300.0
CHUNK = 64 * 1024
INDEX_IDLE_S = 30.0
REPORTED = 5_000
HOP_BY_HOP = {"connection", "proxy-connection", "proxy-authorization", "keep-alive", "te", "upgrade", "trailer"}


class Egress:
    def __init__(self, request: dict) -> None:
        self.rule = Rule(request["named"], request["public"])
        self.bytes_left = request["bytes"]
        self.places = asyncio.Semaphore(request["connections"])
        self.reported = 0
        self.downloads = None
        if index := request.get("downloads"):
            self.downloads, self.own = Downloads(index, self.rule, self.tell), urllib.parse.urlsplit(index["at"]).netloc

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the build, from its first byte to its end."""
        host, port, moved, outcome, is_connected = "", 0, 0, "done", False
        async with self.places:
            try:
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_S)
                if self.downloads is not None and (target := index_target(head, self.own)):
                    await self.index(head, target, reader, writer)
                    return
                method, host, port, rest = target_of(head)
                out_reader, out_writer = await self.connect(host, port)
                is_connected = True
                try:
                    if method == "CONNECT":
                        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    else:
                        out_writer.write(rest)
                    moved = await self.relay(reader, writer, out_reader, out_writer)
                    if self.bytes_left <= 0:
                        outcome = "too much"
                finally:
                    out_writer.close()
            except Refused as refusal:
                self.report(host, port, refusal.outcome, 0)  # before the answer: the build may end with it
                host = ""
                text = f"Assay: {refusal}\n".encode()
                writer.write(
                    f"HTTP/1.1 {refusal.status}\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n"
                    "Connection: close\r\n\r\n".encode()
                    + text
                )
            except (TimeoutError, OSError, EOFError, ValueError, asyncio.LimitOverrunError):
                outcome = "done" if is_connected else "unreachable"  # how a connection ends is nobody's fault
            finally:
                with contextlib.suppress(OSError):
                    await asyncio.wait_for(writer.drain(), HEAD_S)
                writer.close()
        self.report(host, port, outcome, moved)

    async def connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.bytes_left <= 0:
            raise Refused("403 Forbidden", "too much", "this build has downloaded as much as a build may.")
        addresses = await asyncio.get_running_loop().run_in_executor(None, self.rule.addresses, host, port)
        for address in addresses:
            with contextlib.suppress(OSError, asyncio.TimeoutError):
                return await asyncio.wait_for(asyncio.open_connection(address, port, limit=CHUNK), CONNECT_S)
        raise Refused("502 Bad Gateway", "unreachable", f"{host}:{port} does not answer.")

    async def index(self, head: bytes, target: str, reader, writer) -> None:
        """The door as a package index: one answer after the other, while there are questions."""
        while True:
            method, headers = head.split(b" ", 1)[0], headers_of(head)
            if method != b"GET" or self.bytes_left <= 0 or b" HTTP/1.1\r\n" not in head:
                redirect(writer, self.downloads.elsewhere(target.removeprefix("/"), ""), keep=False)
                return
            self.bytes_left -= await self.downloads.answer(target, headers, writer)
            await asyncio.wait_for(writer.drain(), HEAD_S)
            if headers.get("connection", "").lower() == "close" or "content-length" in headers:
                return
            try:
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), INDEX_IDLE_S)
            except asyncio.IncompleteReadError:
                return
            if not (target := index_target(head, self.own)):
                return

    async def relay(self, reader, writer, out_reader, out_writer) -> int:
        """Bytes both ways until both have ended or nothing moves any more; the number that came in."""

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> int:
            moved = 0
            while self.bytes_left > 0:
                chunk = await asyncio.wait_for(source.read(CHUNK), IDLE_S)
                if not chunk:
                    break
                moved += len(chunk)
                self.bytes_left -= len(chunk)
                sink.write(chunk)
                await sink.drain()
            with contextlib.suppress(OSError):
                sink.write_eof()
            return moved

        outward = asyncio.create_task(pump(reader, out_writer))
        try:
            return await pump(out_reader, writer)
        finally:
            outward.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError, asyncio.TimeoutError):
                await outward

    def report(self, host: str, port: int, outcome: str, moved: int) -> None:
        if host:
            self.tell(host=host, port=port, named=self.rule.is_named(host, port), outcome=outcome, bytes=moved)

    def tell(self, **members) -> None:
        self.reported += 1
        if self.reported <= REPORTED:
            print(json.dumps(members), flush=True)


def target_of(head: bytes) -> tuple[str, str, int, bytes]:
    """(method, host, port, the request to send on) of a request's head."""
    lines = head.decode("latin-1").split("\r\n")
    method, target, version = lines[0].split(" ")
    if method == "CONNECT":
        parts = urllib.parse.urlsplit(f"//{target}")
        return method, _host(parts), parts.port or 443, b""
    if method not in ("GET", "HEAD") or not target.lower().startswith("http://"):
        raise Refused("405 Method Not Allowed", "refused", f"a build may not send {method} without TLS.")
    parts = urllib.parse.urlsplit(target)
    path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
    kept = [line for line in lines[1:] if line and line.partition(":")[0].strip().lower() not in HOP_BY_HOP]
    rest = "\r\n".join([f"{method} {path} {version}", *kept, "Connection: close", "", ""])
    return method, _host(parts), parts.port or 80, rest.encode("latin-1")


def _host(parts: urllib.parse.SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host or parts.username is not None:
        raise ValueError("no host")
    return host


def index_target(head: bytes, own: str) -> str:
    """The "/path?query" that a request asks this door itself for, "" when it is meant for another place."""
    words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
    target = words[1].removeprefix(f"http://{own}") if len(words) == 3 and words[0] != "CONNECT" else ""
    return target if target.startswith("/") else ""


def headers_of(head: bytes) -> dict[str, str]:
    """By their names in lower case, the last of each."""
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


async def main() -> None:
    request = json.loads(sys.argv[1])
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
        wire.bind(request["handover"])
        os.chmod(request["handover"], 0o666)  # noqa: PTH101, S103 - only two containers of ours have the volume
        wire.listen(1)
        connection, _ = wire.accept()
    with connection:
        _, descriptors, _, _ = socket.recv_fds(connection, 16, 1)
        connection.sendall(b"+")
    egress = Egress(request)
    server = await asyncio.start_server(egress.serve, sock=socket.socket(fileno=descriptors[0]), limit=HEAD_BYTES)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    gc.set_threshold(200_000)  # a page of an index is many small objects without cycles: looking for them takes longer
    asyncio.run(main())
