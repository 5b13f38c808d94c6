"""Which sockets listen in this network namespace: the kernel's own table, which no image can make up."""

import ipaddress
import socket
import struct
from pathlib import Path

LISTEN = "0A"
# The engine's own resolver listens there on user-defined networks.
ENGINE_RESOLVER = "127.0.0.11"
# The model gateway's places: an address that no service of a team would choose, Ollama's own port, and the one at which
# it answers by TLS in the name of providers.
GATEWAY, GATEWAYS = "127.0.0.12", {("127.0.0.1", 11434), ("127.0.0.1", 443)}


def listening():
    """[{"address", "port", "loopback"}] of every listening TCP socket, lowest port first."""
    rows = {}
    for name, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        table = Path(f"/proc/net/{name}")
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] != LISTEN:
                continue
            raw, _, port = fields[1].partition(":")
            address = ipaddress.ip_address(socket.inet_ntop(family, _bytes(raw)))
            if str(address) in (ENGINE_RESOLVER, GATEWAY) or (str(address), int(port, 16)) in GATEWAYS:
                continue
            mapped = getattr(address, "ipv4_mapped", None)
            loopback = (mapped or address).is_loopback
            rows[str(address), int(port, 16)] = loopback
    return [
        {"address": address, "port": port, "loopback": loopback}
        for (address, port), loopback in sorted(rows.items(), key=lambda row: (row[0][1], row[0][0]))
    ]


def _bytes(raw):
    """The table prints addresses as 32-bit words in the machine's byte order."""
    words = struct.unpack(f">{len(raw) // 8}I", bytes.fromhex(raw))
    return struct.pack(f"={len(words)}I", *words)
