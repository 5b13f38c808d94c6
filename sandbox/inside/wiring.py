"""Joins the network namespaces of a pod's rooms by wires of their own, before anything of a team runs in them.

Each pair of rooms gets a veth pair whose two ends lie in those rooms and nowhere else: no bridge, no end in the
host's namespace, no route to anything but the other room. It runs once in every room, with CAP_NET_ADMIN and on a
shared folder: all but the first hand a reference to their namespace and a netlink socket of it (both stay what they
are, see unix(7), SCM_RIGHTS) to the one in the first room, which makes and addresses every wire.

Request:  {"room": int, "addresses": [str], "socket": path, "within_s": float}; address n is room n's
Result:   {"wires": int}, how many it made; 0 in all rooms but the first
Event:    {"waiting": true} once it is about to hand over.
"""

import os
import socket
import struct
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from wire import event, read_request, result

# rtnetlink(7), <linux/if_link.h>, <linux/if_addr.h>, <linux/veth.h>
NEWLINK, NEWADDR, ERROR = 16, 20, 2
REQUEST, ACK, CREATE, EXCLUSIVE = 0x1, 0x4, 0x400, 0x200
IFLA_IFNAME, IFLA_LINKINFO, IFLA_NET_NS_FD = 3, 18, 28
INFO_KIND, INFO_DATA, VETH_INFO_PEER = 1, 2, 1
IFA_ADDRESS, IFA_LOCAL = 1, 2
UP = 1
# Numbers of interfaces are a room's own: the wire to room n is number FIRST + n there, and is called "room<n>".
FIRST = 10


def main():
    asked = read_request()
    if asked["room"]:
        hand_over(asked)
        result({"wires": 0})
        return
    rooms = {0: (own_namespace(), netlink()), **taken(asked)}
    pairs = [(one, other) for other in rooms for one in range(other)]
    for one, other in pairs:
        connect(rooms, one, other)
        for here, there in ((one, other), (other, one)):
            address(rooms[here][1], there, asked["addresses"][here], asked["addresses"][there])
    result({"wires": len(pairs)})


def hand_over(asked):
    """Give this room's namespace to the script in the first room, and wait until it has it."""
    event(waiting=True)
    until = time.monotonic() + asked["within_s"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        while True:
            try:
                connection.connect(asked["socket"])
                break
            except OSError:  # it is not there yet
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
        socket.send_fds(connection, [bytes([asked["room"]])], [own_namespace(), netlink().detach()])
        connection.recv(1)


def taken(asked):
    """{room: (namespace, netlink socket)} of every other room."""
    rooms = {}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        door.bind(asked["socket"])
        door.listen(len(asked["addresses"]))
        door.settimeout(asked["within_s"])
        while len(rooms) < len(asked["addresses"]) - 1:
            connection, _ = door.accept()
            with connection:
                said, files, _, _ = socket.recv_fds(connection, 1, 2)
                rooms[said[0]] = (files[0], socket.socket(fileno=files[1]))
                connection.send(b".")
    return dict(sorted(rooms.items()))


def own_namespace():
    return os.open("/proc/self/ns/net", os.O_RDONLY)


def netlink():
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)


def connect(rooms, one, other):
    """Make the wire between two rooms, one end in each."""
    peer = attribute(VETH_INFO_PEER, link(FIRST + one) + end(rooms[other][0], one))
    kind = attribute(INFO_KIND, b"veth\0") + attribute(INFO_DATA, peer)
    body = link(FIRST + other) + end(rooms[one][0], other) + attribute(IFLA_LINKINFO, kind)
    ask(rooms[0][1], NEWLINK, body, CREATE | EXCLUSIVE)


def end(namespace, there):
    """Name and place of the end of a wire that leads to room `there`."""
    name = attribute(IFLA_IFNAME, f"room{there}\0".encode())
    return name + attribute(IFLA_NET_NS_FD, struct.pack("=I", namespace))


def address(room, there, own, other):
    """Give the end that leads to room `there` its address and the one behind it, and switch it on."""
    local = attribute(IFA_LOCAL, socket.inet_aton(own)) + attribute(IFA_ADDRESS, socket.inet_aton(other))
    header = struct.pack("=BBBBI", socket.AF_INET, 32, 0, 0, FIRST + there)
    ask(room, NEWADDR, header + local, CREATE | EXCLUSIVE)
    ask(room, NEWLINK, link(FIRST + there, UP))


def link(index, flags=0):
    """`struct ifinfomsg`."""
    return struct.pack("=BxHiII", socket.AF_UNSPEC, 0, index, flags, flags)


def attribute(kind, value):
    """`struct rtattr` with its padding."""
    length = 4 + len(value)
    return struct.pack("=HH", length, kind) + value + bytes(-length % 4)


def ask(connection, kind, body, flags=0):
    """One request; OSError with what the kernel says."""
    connection.send(struct.pack("=IHHII", 16 + len(body), kind, REQUEST | ACK | flags, 1, 0) + body)
    answer = connection.recv(65536)
    if struct.unpack_from("=H", answer, 4)[0] == ERROR:
        error = struct.unpack_from("=i", answer, 16)[0]
        if error:
            raise OSError(-error, f"rtnetlink request {kind}: {os.strerror(-error)}")


if __name__ == "__main__":
    main()
