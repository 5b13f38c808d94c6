"""Which hosts a build may reach: looked at by name, and then by every address that the name has."""

import ipaddress
import socket

PORTS = (80, 443)


class Refused(Exception):
    """The text is for the person who reads the log of the build."""

    def __init__(self, status: str, outcome: str, why: str) -> None:
        super().__init__(why)
        self.status, self.outcome = status, outcome


class Rule:
    """`named` hosts may have any address but this machine's own and link-local ones; with `public` any other host may
    be reached whose every address is global (IANA's special-purpose registries)."""

    def __init__(self, named: list[str], public: bool) -> None:
        self.named, self.public = [_rule(text) for text in named], public

    def is_named(self, host: str, port: int) -> bool:
        return any(fits(host, port) for fits in self.named)

    def addresses(self, host: str, port: int) -> list[str]:
        """Those to connect to, in order, from one look at the name; Refused says why there are none."""
        is_named = self.is_named(host, port)
        if not is_named and (not self.public or port not in PORTS):
            raise Refused("403 Forbidden", "refused", f"a build may not reach {host}:{port} (see ASSAY_BUILD_HOSTS).")
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Refused("502 Bad Gateway", "unreachable", f"the name {host} is not known.") from None
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or any(is_forbidden(address, is_named) for address in addresses):
            raise Refused("403 Forbidden", "refused", f"{host} has an address inside, which a build may not reach.")
        return list(dict.fromkeys(addresses))


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
