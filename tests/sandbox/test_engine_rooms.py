"""Rooms of a pod on the real engine: services of one port beside each other, each reached by name, and nothing else."""

import json
import socket
import subprocess
from pathlib import Path

import pytest

from sandbox.engine import process
from sandbox.engine.owner import EVALUATION
from sandbox.gateway import HINT, open_beside
from sandbox.gateway.providers import ADDRESS, PORT
from sandbox.plan import Plan
from tests.containers import run
from tests.sandbox.test_engine_pod import until

pytestmark = pytest.mark.docker

# Answers its own word on 8000, and prints what the others answer there.
SERVE = """
import http.server, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(sys.argv[1].encode())
server = http.server.ThreadingHTTPServer(('0.0.0.0', 8000), Handler)
print('ready', flush=True)
server.serve_forever()
"""
ASK = """
import json, sys, urllib.request
print(json.dumps({n: urllib.request.urlopen(f'http://{n}:8000', timeout=5).read().decode() for n in sys.argv[1:]}))
"""
# Without a route to it, a socket that is bound to an interface still sends: its address is taken for a neighbour's.
LEAVE = """
import json, pathlib, socket, sys
found = {}
links = [line.partition(':')[0].strip() for line in pathlib.Path('/proc/net/dev').read_text().splitlines()[2:]]
for word in sys.argv[1:]:
    host, _, port = word.rpartition(':')
    for link in ['', *links]:
        with socket.socket() as door:
            door.settimeout(2)
            try:
                if link: door.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, link.encode())
                door.connect((host, int(port)))
                found[f'{word} by {link}'] = 'connected'
            except OSError as error:
                found[f'{word} by {link}'] = type(error).__name__
print(json.dumps({'links': links, 'found': found}))
"""
ROOMS = (["two", "alias"], ["three"])
NAMES = ["one", "two", "alias", "three"]


def links_of_the_host():
    return sorted(path.name for path in Path("/sys/class/net").iterdir() if path.name.startswith("room"))


def said(pod, image, code, *arguments, room=0):
    service = pod.start("asks", image, command=[*run(code), *arguments], room=room)
    assert service.wait(40).exit_code == 0, service.logs()
    return json.loads(service.logs())


def test_services_of_one_port_answer_each_other_by_name_from_every_room(engine, lab, python, evaluation, limits):
    with lab.pod(evaluation, limits, hosts=["one"], rooms=ROOMS) as pod:
        assert pod.rooms == 3
        for room, name in enumerate(("one", "two", "three")):
            service = pod.start(name, python, command=[*run(SERVE), name], room=room)
            assert until(lambda service=service: b"ready" in service.logs())
            assert service.differences() == []
        for room in range(3):
            told = said(pod, python, ASK, *NAMES, room=room)
            assert told == {"one": "one", "two": "two", "alias": "two", "three": "three"}
            found = pod.tool("ports", {"ports": [8000], "taken": [], "wait_s": 5}, timeout_s=20, room=room)
            assert [row["port"] for row in found["listening"]] == [8000]
        # Only what runs on is left: the script that had a capability is gone, and has left nothing in the host.
        labels = {"label": [f"{EVALUATION}={evaluation}"]}
        assert not [one for one in engine.api.containers(labels) if "wiring" in one["Names"][0]]
        assert links_of_the_host() == []


def test_room_leads_to_the_other_rooms_and_nowhere_else(lab, python, evaluation, limits):
    with socket.create_server(("0.0.0.0", 0)) as server:
        port = server.getsockname()[1]
        shown = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=True).stdout
        hosts = {host for host in shown.split() if ":" not in host} | {"172.17.0.1", "8.8.8.8"}
        with (
            lab.pod(evaluation, limits, hosts=["one"], rooms=ROOMS) as pod,
            lab.pod(f"{evaluation}-b", limits, hosts=["one"], rooms=ROOMS[:1]) as other,
        ):
            service = other.start("two", python, command=[*run(SERVE), "two"], room=1)
            assert until(lambda: b"ready" in service.logs())
            for room in (0, 2):
                asked = [f"{host}:{port}" for host in sorted(hosts)] + ["10.213.0.2:8000"]
                told = said(pod, python, LEAVE, *asked, room=room)
                assert sorted(told["links"]) == ["lo", *(f"room{n}" for n in range(3) if n != room)]
                assert len(told["found"]) == 4 * len(asked)
                assert "connected" not in told["found"].values()


def test_interface_that_is_no_wire_of_ours_is_a_difference(lab, python, evaluation, limits):
    with lab.pod(evaluation, limits, hosts=["one"], rooms=ROOMS[:1]) as pod:
        service = pod.start("one", python, command=run("import time; time.sleep(60)"))
        assert service.differences() == []
        object.__setattr__(service.policy, "links", ())
        assert service.differences() == ["its network namespace has the interface room1"]


def test_model_gateway_stands_in_every_room(lab, evaluation, limits):
    plan = Plan("compose", 1, "FROM x\n", hints={HINT: {"local": False}})
    with lab.pod(evaluation, limits, hosts=["one"], rooms=ROOMS[:1]) as pod, open_beside(pod, plan) as models:
        for room in range(2):
            asked = {"addresses": [[ADDRESS, PORT]]}
            assert list(pod.tool("confess", asked, timeout_s=30, room=room)["reached"].values()) == ["connected"]
        assert models.calls() == []


@pytest.mark.parametrize(
    ("effective", "inherited", "wrong"),
    [("1000", "0000", 0), ("1000", "1000", 0), ("0000", "0000", 3), ("3000", "0000", 3), ("1000", "2000", 1)],
)
def test_wiring_has_the_one_capability_and_no_other(effective, inherited, wrong):
    said = f"CapInh:\t{inherited}\n" + "".join(f"{name}:\t{effective}\n" for name in ("CapPrm", "CapEff", "CapBnd"))
    said += "CapAmb:\t0000\nNoNewPrivs:\t1\nSeccomp:\t2\n"
    assert len(process.status_differences(said, process.mask_of(["NET_ADMIN"]))) == wrong
    assert bool(process.status_differences(said)) == ("1" in effective + inherited or "3" in effective)
