"""Attacks of a running service over the network: the host, its gateways, other evaluations, and everything beyond.

Beyond this machine nothing is ever sent a packet: the attacker looks for a route first, and stops where it finds one.
"""

import json
import socket
from textwrap import dedent

import pytest

from sandbox.escapes.canary import Canary, own_addresses
from tests.containers import run

ELSEWHERE = ["169.254.169.254", "100.100.100.200", "192.0.2.1", "10.0.0.1", "192.168.0.1", "224.0.0.251"]
ELSEWHERE_6 = ["fd00:ec2::254", "2001:db8::1", "2606:4700::1111", "fe80::1%lo", "ff02::1"]
NAMES = ["example.org", "metadata.google.internal", "host.docker.internal", "gateway.docker.internal"]
# {"tcp", "udp"}: addresses at which somebody was reached; "local": whether the host's local socket was.
CONTACT = dedent("""
    import json, os, socket
    asked = json.loads(os.environ["ASKED"])
    reached = {"tcp": [], "udp": [], "local": False}
    for address in asked["addresses"]:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        for name, kind in (("tcp", socket.SOCK_STREAM), ("udp", socket.SOCK_DGRAM)):
            with socket.socket(family, kind) as knock:
                knock.settimeout(2)
                try:
                    knock.connect((address, asked["port"]))
                    knock.send(b"attack")
                    reached[name].append(address)
                except OSError:
                    pass
    with socket.socket(socket.AF_UNIX) as knock:
        reached["local"] = knock.connect_ex("\\0" + asked["abstract"]) == 0
    print(json.dumps(reached))
""")
# Connecting a datagram socket only asks the kernel for a route; nothing leaves.
ROUTES = dedent("""
    import json, os, socket
    asked, found = json.loads(os.environ["ASKED"]), {"routes": [], "connected": [], "names": []}
    for address in asked["elsewhere"]:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as knock:
            if knock.connect_ex((address.partition("%")[0], 53)) == 0:
                found["routes"].append(address)
    if not found["routes"]:
        for address in asked["elsewhere"]:
            try:
                socket.create_connection((address, 80), timeout=2).close()
                found["connected"].append(address)
            except OSError:
                pass
        for name in asked["names"]:
            try:
                found["names"].append(socket.getaddrinfo(name, 80)[0][4][0])
            except socket.gaierror:
                pass
    found["lo"] = [name for _, name in socket.if_nameindex()].count("lo")
    print(json.dumps(found))
""")
FIRST_ON_A_BRIDGE = ["172.17.0.2", "172.17.0.3"]
NOBODY = {"tcp": [], "udp": [], "local": False}
SERVE = dedent("""
    import socket
    local = socket.socket(socket.AF_UNIX); local.bind("\\0neighbour"); local.listen()
    server = socket.create_server(("", 8000)); print("serving", flush=True)
    while True:
        print("came", server.accept()[1][0], flush=True)
""")


@pytest.fixture
def host():
    """Listeners of this machine that may be contacted, on every address and on a local socket."""
    with Canary() as host:
        yield host


def asked(**known):
    return {"ASKED": json.dumps(known)}


def towards(host, *addresses):
    return asked(addresses=list(addresses), port=host.port, abstract=host.to_json()["abstract"])


@pytest.mark.parametrize("strict", [False, True])
def test_nothing_of_the_host_is_reached(attack, neighbour, host, strict):
    report, _ = attack(CONTACT, env=towards(host, *own_addresses()), strict=strict)
    assert report == NOBODY
    assert host.contacts == []


def test_loopback_is_that_of_the_pod(attack, host):
    report, _ = attack(CONTACT, env=towards(host, "127.0.0.1", "::1", "0.0.0.0", "127.1.2.3"))
    assert (report["tcp"], report["local"]) == ([], False)
    assert host.contacts == []  # a datagram to one's own loopback is sent, and nobody gets it


def test_host_is_reached_through_the_gateway_of_a_bridge(attack, undefended, host):
    undefended("HostConfig.NetworkMode", "bridge")
    report, _ = attack(CONTACT, env=towards(host, *own_addresses()))
    assert report["tcp"]
    assert any(contact.startswith("TCP") for contact in host.contacts)
    assert any(contact.startswith("UDP") for contact in host.contacts)


def test_host_is_reached_by_loopback_and_local_socket_in_its_own_network(attack, undefended, host):
    undefended("HostConfig.NetworkMode", "host")
    report, _ = attack(CONTACT, env=towards(host, "127.0.0.1"))
    assert (report["tcp"], report["local"]) == (["127.0.0.1"], True)
    assert any(contact.startswith("local socket") for contact in host.contacts)


@pytest.mark.parametrize("strict", [False, True])
def test_no_address_and_no_name_leads_out(attack, neighbour, strict):
    elsewhere = [*ELSEWHERE, *ELSEWHERE_6, *own_addresses()]
    report, _ = attack(ROUTES, env=asked(elsewhere=elsewhere, names=NAMES), strict=strict)
    assert report == {"routes": [], "connected": [], "names": [], "lo": 1}


def test_addresses_have_a_route_on_a_bridge(attack, undefended):
    """Also to the metadata address: which answers there is the cloud's to say."""
    undefended("HostConfig.NetworkMode", "bridge")
    report, _ = attack(ROUTES, env=asked(elsewhere=ELSEWHERE, names=[]))
    assert set(ELSEWHERE) - {"224.0.0.251"} <= set(report["routes"])


# Other evaluations.


@pytest.fixture
def serving(engine, python, evaluation, limits):
    """Another evaluation's server; its address on a bridge, where it has one."""

    with engine.pod(f"{evaluation}-neighbour", limits) as pod:
        service = pod.start("app", python, command=run(SERVE))
        while b"serving" not in service.logs():
            assert service.state().running
        networks = engine.api.inspect(service.id)["NetworkSettings"]["Networks"]
        yield service, [network.get("IPAddress") or "127.0.0.1" for network in networks.values()] or ["127.0.0.1"]


def contact_of(*addresses):
    return asked(addresses=addresses, port=8000, abstract="neighbour")


def test_other_evaluation_is_not_reached(attack, serving):
    service, addresses = serving
    report, _ = attack(CONTACT, env=contact_of("127.0.0.1", "::1", *addresses, *FIRST_ON_A_BRIDGE))
    assert (report["tcp"], report["local"]) == ([], False)
    assert service.state().running
    assert service.logs() == b"serving\n"


def test_other_evaluation_is_reached_on_a_bridge(undefended, request):
    undefended("HostConfig.NetworkMode", "bridge")
    service, addresses = request.getfixturevalue("serving")
    report, _ = request.getfixturevalue("attack")(CONTACT, env=contact_of(*addresses))
    assert addresses[0] in report["tcp"]
    assert b"came" in service.logs()


def test_port_that_another_evaluation_holds_is_free(attack, serving):
    take = "import json, socket; socket.create_server(('', 8000)); print(json.dumps({'took': 8000}))"
    report, _ = attack(take)
    assert report == {"took": 8000}


def test_port_is_taken_in_a_network_that_all_share(attack, undefended, host):
    undefended("HostConfig.NetworkMode", "host")
    report, _ = attack(f"import socket; socket.create_server(('', {host.port}))")
    assert report == {}


# The engine's own door.

DOORS = ["/run/docker.sock", "/var/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock"]
KNOCK = dedent("""
    import json, os, socket
    found = []
    for door in json.loads(os.environ["ASKED"])["doors"]:
        with socket.socket(socket.AF_UNIX) as knock:
            if knock.connect_ex(door) == 0:
                found.append(door)
    for address in ("127.0.0.1", "172.17.0.1"):
        for port in (2375, 2376):
            with socket.socket() as knock:
                if knock.connect_ex((address, port)) == 0:
                    found.append(address)
    print(json.dumps({"doors": found}))
""")


@pytest.mark.parametrize("strict", [False, True])
def test_engine_is_not_reached(attack, strict):
    report, _ = attack(KNOCK, env=asked(doors=DOORS), strict=strict)
    assert report == {"doors": []}


def test_socket_of_the_host_is_reached_when_it_is_mounted(attack, undefended, tmp_path):
    """Not the engine's own: a harmless one in its place."""
    with socket.socket(socket.AF_UNIX) as harmless:
        harmless.bind(str(tmp_path / "s"))
        harmless.listen()
        undefended("HostConfig.Binds", [f"{tmp_path / 's'}:/run/docker.sock"])
        report, _ = attack(KNOCK, env=asked(doors=DOORS))
    assert "/run/docker.sock" in report["doors"]
