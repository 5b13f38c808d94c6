"""What the host watches while containers try to get out: a file, listeners on every address, a local socket."""

from __future__ import annotations

import ipaddress
import re
import secrets
import socket
import tempfile
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from sandbox.engine.owner import temporary_prefix

UNTOUCHED = "nobody has written here"
LOOK_EVERY_S = 0.2
DATAGRAM_BYTES = 64


class Canary:
    """To be used in `with`. `contacts` names whoever came; `intact()` whether the file is as it was."""

    def __init__(self) -> None:
        self.contacts: list[str] = []
        self._name = f"assay-canary-{secrets.token_hex(8)}"
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Canary:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=temporary_prefix("canary"))))
            folder.chmod(0o755)  # a container's other users would see it, were it there
            self.file = folder / self._name
            self.file.write_text(UNTOUCHED, encoding="ascii")
            stream = stack.enter_context(_everywhere(socket.SOCK_STREAM))
            self.port = int(stream.getsockname()[1])
            stream.listen()
            datagrams = stack.enter_context(_everywhere(socket.SOCK_DGRAM, self.port))
            local = stack.enter_context(socket.socket(socket.AF_UNIX))
            local.bind(f"\0{self._name}")
            local.listen()
            for name, listener in (("TCP", stream), ("UDP", datagrams), ("local socket", local)):
                listener.settimeout(LOOK_EVERY_S)
                thread = threading.Thread(target=self._listen, args=(name, listener), daemon=True)
                self._threads.append(thread)
                thread.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._stack.close()

    def intact(self) -> bool:
        try:
            return self.file.read_text(encoding="utf-8", errors="replace") == UNTOUCHED
        except OSError:
            return False

    def to_json(self) -> dict[str, Any]:
        """What the containers are told to look for."""
        return {"file": str(self.file), "port": self.port, "abstract": self._name}

    def _listen(self, name: str, listener: socket.socket) -> None:
        while not self._over.is_set():
            with suppress(OSError):
                if listener.type == socket.SOCK_DGRAM:
                    _, address = listener.recvfrom(DATAGRAM_BYTES)
                else:
                    connection, address = listener.accept()
                    connection.close()
                self.contacts.append(f"{name} from {address[0] if isinstance(address, tuple) else 'this machine'}")


def own_addresses() -> list[str]:
    """Addresses of this machine but loopback's, its bridges' among them: for a container those are its gateways."""
    found = set(_addresses_4()) | set(_addresses_6())
    return sorted(str(address) for address in found if not address.is_loopback and not address.is_link_local)


def _everywhere(kind: int, port: int = 0) -> socket.socket:
    """A socket on every address, of both versions where the kernel has both."""
    try:
        both = socket.socket(socket.AF_INET6, kind)
        both.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        both.bind(("::", port))
    except OSError:
        both = socket.socket(socket.AF_INET, kind)
        both.bind(("0.0.0.0", port))  # noqa: S104 - the canary has to be where an attacker would look
    return both


def _addresses_4() -> list[ipaddress.IPv4Address]:
    """The kernel's table prints each as "|-- <address>" and below it "/32 host LOCAL"."""
    text = _read("/proc/net/fib_trie")
    return [ipaddress.IPv4Address(found) for found in re.findall(r"\|-- (\S+)\n\s+/32 host LOCAL", text)]


def _addresses_6() -> list[ipaddress.IPv6Address]:
    """32 hexadecimal digits at the start of each line."""
    lines = _read("/proc/net/if_inet6").splitlines()
    return [ipaddress.IPv6Address(bytes.fromhex(line.split()[0])) for line in lines]


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii")
    except OSError:
        return ""
