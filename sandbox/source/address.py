"""Addresses that a stranger may name: parsed once, resolved once, and only where the whole world could look, too."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from sandbox.faults import TeamFault
from sandbox.source.failures import unresolved

MAX_BYTES = 2_000
_CONTROL = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True)
class Address:
    """A checked http(s) address. `pins` are "host:port:ip" for curl, so that git connects where we looked."""

    url: str
    pins: tuple[str, ...] = ()


def _refused(title: str, detail: str) -> TeamFault:
    return TeamFault(
        "address_refused", title, detail=detail, fix="Give the https address that the git host's Code button shows."
    )


def checked(url: str, *, only_public: bool) -> Address:
    """The address spelt our way; TeamFault("address_refused") for one that git must not be given.

    `only_public` is the rule for strangers: https alone, and no name that leads into a private network.
    """
    if len(url.encode()) > MAX_BYTES or _CONTROL.search(url) or url.startswith("-"):
        raise _refused("This is not an address of a repository", f"{url[:200]!r}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refused("This is not an address of a repository", str(error)) from None
    schemes = ("https",) if only_public else ("https", "http")
    if parts.scheme not in schemes or not parts.hostname:
        raise _refused("Only https addresses are fetched", f"The address begins with {parts.scheme or 'nothing'}.")
    if "@" in parts.netloc:
        raise _refused("The address carries a user name or a token", "It would become public with the scorecard.")
    port = port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname
    netloc = f"[{host}]" if ":" in host else host
    if parts.port:
        netloc += f":{parts.port}"
    clean = urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))
    if not only_public:
        return Address(clean)
    return Address(clean, tuple(f"{host}:{port}:{ip}" for ip in _public(host, port)[:1]))


def _public(host: str, port: int) -> list[str]:
    """Every address of the name; refused when any of them is not global (a name may answer with both)."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise unresolved(host, error) from None
    addresses = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    inside = [text for text in addresses if not is_public(text)]
    if inside:
        raise _refused("The address leads into a private network", f"{host} is {inside[0]}.")
    return addresses


def is_public(text: str) -> bool:
    """Global unicast, also when wrapped in IPv6: mapped, 6to4, Teredo, NAT64 are unwrapped (RFC 6890, 6052)."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address in ipaddress.ip_network("64:ff9b::/96"):
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast
