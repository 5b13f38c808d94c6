"""Everything outside the namespace. Only the host's own canary is sent a packet: for the rest a route is enough."""

import fcntl
import socket
import struct
from pathlib import Path

from escapes import Held, Unable, attempt

CONNECT_S = 1.0
# Of everywhere: documentation, metadata services, private ranges, the engine's first bridge, a global address.
ELSEWHERE = ("192.0.2.1", "169.254.169.254", "10.0.0.1", "192.168.0.1", "172.17.0.1", "224.0.0.251")
ELSEWHERE_6 = ("2001:db8::1", "fd00:ec2::254", "2606:4700::1111", "ff02::1")
SIOCSIFMTU, SIOCBRADDBR = 0x8922, 0x89A0


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def routed(addresses):
    """Those that the kernel would send to. Connecting a datagram socket sends nothing."""
    found = []
    for address in addresses:
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as knock:
            try:
                knock.connect((address, 53))
            except OSError:
                continue
            found.append(address)
    return found


@attempt
def interfaces(_request):
    """Have a network interface besides lo"""
    # Tunnels that a kernel makes by itself in every namespace are down, and cannot be brought up.
    up = [name for _, name in socket.if_nameindex() if name != "lo" and _is_up(name)]
    if up:
        return f"has {', '.join(up)}"
    raise Held("only lo")


def _is_up(name):
    return bool(int(Path(f"/sys/class/net/{name}/flags").read_text(encoding="ascii"), 16) & 1)


@attempt
def routes(_request):
    """Reach the internet, private networks or a metadata service"""
    if found := routed(ELSEWHERE):
        return f"there is a route to {', '.join(found)}"
    raise Held(f"no route to any of {len(ELSEWHERE)} addresses")


@attempt
def routes_6(_request):
    """Reach them by IPv6"""
    if found := routed(ELSEWHERE_6):
        return f"there is a route to {', '.join(found)}"
    raise Held(f"no route to any of {len(ELSEWHERE_6)} addresses")


@attempt
def host_services(request):
    """Reach a service of the host, by its own addresses and the engine's gateways"""
    _expect_addresses(request)
    reached = []
    for address in request["addresses"]:
        try:
            with socket.create_connection((address, request["canary"]["port"]), CONNECT_S):
                reached.append(address)
        except OSError:
            continue
    reached += routed(set(request["addresses"]) - set(reached))
    if reached:
        return f"reached {', '.join(reached)}"
    raise Held(f"none of {len(request['addresses'])} addresses answers")


def _expect_addresses(request):
    if not request["addresses"]:
        raise Unable("the host has no address but loopback's that could be tried")


@attempt
def host_loopback(request):
    """Reach what listens on the host's loopback"""
    for address in ("127.0.0.1", "::1"):
        try:
            with socket.create_connection((address, request["canary"]["port"]), CONNECT_S):
                return f"reached {address}"
        except OSError:
            continue
    raise Held("nothing listens there")


@attempt
def datagrams(request):
    """Send the host a datagram"""
    _expect_addresses(request)
    sent = []
    for address in request["addresses"]:
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as knock:
            try:
                knock.sendto(b"escape", (address, request["canary"]["port"]))
            except OSError:
                continue
            sent.append(address)
    if sent:
        return f"sent to {', '.join(sent)}"
    raise Held("no route")


@attempt
def names(_request):
    """Ask a name server"""
    lines = Path("/etc/resolv.conf").read_text(encoding="utf-8").splitlines()
    servers = [line.split()[1].partition("%")[0] for line in lines if line.startswith("nameserver ")]
    if found := routed(server for server in servers if not server.startswith("127.") and server != "::1"):
        return f"there is a route to the name server {', '.join(found)}"
    if servers and routed(ELSEWHERE):  # one on loopback, that would ask others: nothing is sent to it
        return f"there is a name server at {', '.join(servers)} and a way out"
    try:
        return f"the answer was {socket.getaddrinfo('example.com', 80)[0][4][0]}"
    except socket.gaierror as error:
        raise Held("no server answers") from error


@attempt
def abstract_sockets(request):
    """Reach a local socket of the host"""
    name = request["canary"]["abstract"]
    listed = [line for line in Path("/proc/net/unix").read_text(encoding="utf-8").splitlines() if f"@{name}" in line]
    with socket.socket(socket.AF_UNIX) as knock:
        try:
            knock.connect(f"\0{name}")
        except ConnectionRefusedError as error:
            if listed:
                return "it is listed"
            raise Held("refused (ECONNREFUSED)") from error
    return "connected to it"


@attempt
def set_up_network(_request):
    """Change the network: an interface's size, a new bridge"""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for request, argument in ((SIOCSIFMTU, struct.pack("16si12x", b"lo", 65536)), (SIOCBRADDBR, b"assay0\0")):
            try:
                fcntl.ioctl(control, request, argument)
            except PermissionError:
                continue
            return "the kernel took it"
    raise Held("refused (EPERM)")
