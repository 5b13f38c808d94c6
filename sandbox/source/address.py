"""Addresses that a stranger may name: parsed once, resolved once, and spelt so that curl cannot read them otherwise."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from sandbox.faults import TeamFault
from sandbox.source.failures import unresolved
from sandbox.source.reach import NAME, Reach

MAX_BYTES = 2_000
MAX_ANSWERS = 16
# A name server may be the attacker's own and answer drop by drop; the library's call has no deadline.
RESOLVE_S = 15.0
_CONTROL = re.compile(r"[\x00-\x20\x7f\\]|[\ud800-\udfff]")


@dataclass(frozen=True)
class Address:
    """A checked http(s) address.

    pins     "host:port:ip,ip" for curl, so that git connects where we looked and nobody is asked again
    direct   no proxy may stand between: it would resolve the name itself
    """

    url: str
    pins: tuple[str, ...] = ()
    direct: bool = False

    @property
    def scheme(self) -> str:
        return urlsplit(self.url).scheme

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or (443 if self.scheme == "https" else 80)


def _refused(title: str, detail: str) -> TeamFault:
    return TeamFault(
        "address_refused", title, detail=detail, fix="Give the https address that the git host's Code button shows."
    )


def checked(url: str, *, only_public: bool) -> Address:
    """The address spelt our way; TeamFault("address_refused") for one that git must not be given.

    `only_public` is the rule for strangers: https alone, and no name that leads anywhere but `Reach` allows.
    """
    if _CONTROL.search(url) or len(url.encode()) > MAX_BYTES or url.startswith("-"):
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
    host = _host(parts.hostname)
    found = _answers(host, port) if only_public else []
    if only_public and _is_numeric(host):
        host = found[0]  # 0x7f.1 and 2130706433 are numbers, too: curl gets the one that we read
    netloc = f"[{host}]" if ":" in host else host
    if parts.port:
        netloc += f":{parts.port}"
    clean = urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))
    if not only_public:
        return Address(clean)
    if host in found:
        return Address(clean, direct=True)
    return Address(clean, (f"{host}:{port}:{','.join(map(_bracketed, found))}",), direct=True)


def _host(name: str) -> str:
    """The name in the letters of the name system, so that everybody after us reads the same one."""
    if ":" in name and "%" not in name:
        return str(ipaddress.IPv6Address(name))
    try:
        ascii_name = name.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        ascii_name = ""
    if not NAME.fullmatch(ascii_name):
        raise _refused("This is not the name of a host", f"{name[:200]!r}")
    return ascii_name


def _is_numeric(host: str) -> bool:
    try:
        socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except OSError:
        return False
    return True


def _answers(host: str, port: int) -> list[str]:
    """Every address of the name; refused when any of them is not allowed (a name may answer with both kinds)."""
    addresses = list(dict.fromkeys(_resolved(host, port)))
    reach = Reach.from_environment()
    if len(addresses) > MAX_ANSWERS:
        raise _refused("The name has more addresses than a git host has", f"{host} has {len(addresses)}.")
    for address in addresses:
        if why := reach.refusal(host, address):
            raise _refused("The address leads into a private network", f"{host} is {address} ({why}).")
    return addresses


def _resolved(host: str, port: int) -> list[str]:
    outcome: list[list[str] | OSError | UnicodeError] = []

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            outcome.append([str(row[4][0]).partition("%")[0] for row in rows])
        except (OSError, UnicodeError) as error:
            outcome.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(RESOLVE_S)
    if not outcome:
        raise TeamFault(
            "repository_unreachable",
            "The name of the git host was not answered in time",
            detail=f"{host}: nothing within {RESOLVE_S:g} s.",
            fix="Try again in some minutes; if it stays so, move the repository to a host that answers.",
        )
    if isinstance(outcome[0], list):
        return outcome[0]
    raise unresolved(host, outcome[0]) from None


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
