"""Where a stranger's address may lead: the public internet, and what ASSAY_PRIVATE_HOSTS names beside it.

The setting is a list with commas of host names and networks, for a campus whose git server has a private address:
`git.campus.example, 10.20.0.0/16`. A name opens private addresses (RFC 1918, RFC 4193, RFC 6598) for that name alone.
A network opens its addresses for every name, and only a network opens loopback, link-local, metadata and own addresses.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from dataclasses import dataclass

from sandbox.faults import HostFault

SETTING = "ASSAY_PRIVATE_HOSTS"
NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")
IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


PRIVATE = _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
# Where clouds tell a machine its secrets, as far as the ranges below do not refuse it already.
METADATA = _networks("100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::/32", "fd20:ce::254/128")
# Global by their registries, and yet no place where a git host stands: tunnels, relays, documentation, segments.
NOWHERE = _networks("192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
UNICAST = ipaddress.ip_network("2000::/3")


@dataclass(frozen=True)
class Reach:
    """What is open beside the public internet."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def from_environment(cls) -> Reach:
        """The setting; HostFault("setting_invalid") names an entry that is neither a name nor a network."""
        hosts, networks = set(), []
        for entry in filter(None, (part.strip().lower() for part in os.environ.get(SETTING, "").split(","))):
            try:
                networks.append(ipaddress.ip_network(entry))
            except ValueError:
                if not NAME.fullmatch(entry) or entry.replace(".", "").isdigit():
                    raise HostFault(
                        "setting_invalid",
                        f"{SETTING} has an entry that is neither a host name nor a network",
                        detail=entry[:200],
                        fix="Write host names and networks such as git.campus.example, 10.20.0.0/16.",
                    ) from None
                hosts.add(entry)
        return cls(frozenset(hosts), tuple(networks))

    def refusal(self, host: str, text: str) -> str:
        """Why this address of the host is not for strangers ("loopback", "private", …); "" when it is."""
        address = _plain(ipaddress.ip_address(text))
        if any(address in network for network in self.networks):
            return ""
        kind = kind_of(address)
        if not kind and is_our_own(address):
            kind = "this machine"
        if kind == "private" and host in self.hosts and not is_our_own(address):
            return ""
        return kind


def is_public(text: str) -> bool:
    """Global unicast, also when IPv4 is wrapped in IPv6."""
    return not kind_of(_plain(ipaddress.ip_address(text)))


def _plain(address: IP) -> IP:
    """The IPv4 address inside an IPv6 one that leads to it: mapped (RFC 4291), NAT64 (RFC 6052)."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address
    return address


def kind_of(address: IP) -> str:
    """ "" for public unicast, else what it is instead. What is not known to be public is "reserved"."""
    kinds = {
        "metadata": any(address in network for network in METADATA),
        "loopback": address.is_loopback,
        "link-local": address.is_link_local,
        "multicast": address.is_multicast,
        "private": any(address in network for network in PRIVATE),
        "reserved": not address.is_global
        or any(address in network for network in NOWHERE)
        or (isinstance(address, ipaddress.IPv6Address) and (address not in UNICAST or _is_isatap(address))),
    }
    return next((kind for kind, holds in kinds.items() if holds), "")


def _is_isatap(address: ipaddress.IPv6Address) -> bool:
    """IPv4 in the interface identifier (RFC 5214): the host end of a tunnel, never a server."""
    return (int(address) >> 32) & 0xFDFFFFFF == 0x00005EFE


def is_our_own(address: IP) -> bool:
    """Whether the kernel would deliver to this machine itself. Nothing is sent: the socket only looks up a route."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return str(probe.getsockname()[0]) == str(address)
    except OSError:
        return False
