"""The only way out of a build: an HTTP proxy that knows which hosts may be reached, and connects only to these.

It answers on a listening socket that `doorway.py` made in the namespace of the build. CONNECT (RFC 9110, 9.3.6) for
TLS, and GET and HEAD in absolute form (RFC 9112, 3.2.2) for the rest. A name is resolved here, once, and the address
that was looked at is the one that is connected to.

Argument: {"handover": "/handover/socket", "named": ["index.example.org", "*.example.org:8443"], "public": true,
"bytes": 4294967296, "connections": 64}. `named` hosts may have any address but this machine's own and link-local
ones; with `public` any other host may be reached whose every address is global (IANA's special-purpose registries).
Prints a JSON line for each connection that ends: {"host", "port", "named", "outcome": "done" | "refused" |
"unreachable" | "too much", "bytes"}, the first 5,000 of them.
"""

import asyncio
import contextlib
import ipaddress
import json
import os
import socket
import sys
import urllib.parse

HEAD_BYTES, HEAD_S = 16 * 1024, 20.0
CONNECT_S, IDLE_S = 15.0, 300.0
CHUNK = 64 * 1024
PORTS = (80, 443)
REPORTED = 5_000
HOP_BY_HOP = {"connection", "proxy-connection", "proxy-authorization", "keep-alive", "te", "upgrade", "trailer"}


class Refused(Exception):
    """The text is for the person who reads the log of the build."""

    def __init__(self, status: str, outcome: str, why: str) -> None:
        super().__init__(why)
        self.status, self.outcome = status, outcome


class Egress:
    def __init__(self, request: dict) -> None:
        self.named = [_rule(text) for text in request["named"]]
        self.public = request["public"]
        self.bytes_left = request["bytes"]
        self.places = asyncio.Semaphore(request["connections"])
        self.reported = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the build, from its first byte to its end."""
        host, port, moved, outcome, is_connected = "", 0, 0, "done", False
        async with self.places:
            try:
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), HEAD_S)
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
        is_named = self.is_named(host, port)
        if not is_named and (not self.public or port not in PORTS):
            raise Refused("403 Forbidden", "refused", f"a build may not reach {host}:{port} (see ASSAY_BUILD_HOSTS).")
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            raise Refused("502 Bad Gateway", "unreachable", f"the name {host} is not known.") from None
        addresses = [entry[4][0] for entry in found]
        if not addresses or any(is_forbidden(address, is_named) for address in addresses):
            raise Refused("403 Forbidden", "refused", f"{host} has an address inside, which a build may not reach.")
        for address in dict.fromkeys(addresses):
            with contextlib.suppress(OSError, asyncio.TimeoutError):
                return await asyncio.wait_for(asyncio.open_connection(address, port, limit=CHUNK), CONNECT_S)
        raise Refused("502 Bad Gateway", "unreachable", f"{host}:{port} does not answer.")

    def is_named(self, host: str, port: int) -> bool:
        return any(fits(host, port) for fits in self.named)

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
        self.reported += 1
        if host and self.reported <= REPORTED:
            said = {"host": host, "port": port, "named": self.is_named(host, port), "outcome": outcome, "bytes": moved}
            print(json.dumps(said), flush=True)


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


def _rule(text: str):
    """A test of (host, port) for "name", "*.name" (below it), each with ":port" or for ports 80 and 443."""
    name, _, port = text.lower().partition(":")
    ports = (int(port),) if port else PORTS

    def fits(host: str, at: int) -> bool:
        return at in ports and (host.lower() == name or (name.startswith("*.") and host.lower().endswith(name[1:])))

    return fits


def is_forbidden(text: str, is_named: bool) -> bool:
    """Whether an address may not be connected to. A named host may be a private mirror, but never this machine."""
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        return True
    return not is_named and not address.is_global


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
    asyncio.run(main())
