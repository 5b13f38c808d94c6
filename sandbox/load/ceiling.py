"""The most that our own load generator can send on this host, so that a service is not blamed for its limit."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import sandbox
from sandbox.canonical import digest
from sandbox.engine import Engine, Pod
from sandbox.limits import Limits
from sandbox.load.gate import Gate
from sandbox.load.gauge import Gauge
from sandbox.load.generator import Generator
from sandbox.load.lane import load_lane
from sandbox.load.record import HostRecord
from sandbox.load.steps import closed

SCRIPTS = ("inside/load.py", "loadtest/locustfile.py", "inside/shape.py")
USERS, SECONDS, REPEATS = (8, 32), 2.0, 2
SPINS = 8
WAIT_S = 120.0
# How long a quiet moment is waited for.
GATE_S = 20.0


@functools.cache
def scripts_digest() -> str:
    """Of the scripts that send: another generator has another ceiling."""
    folder = Path(sandbox.__file__).parent
    return digest({name: (folder / name).read_text(encoding="utf-8") for name in SCRIPTS})


def measure_host(engine: Engine, say: Callable[[str], None] = lambda _text: None) -> HostRecord:
    """Record the best spin and the generator's ceiling where they are not known of this host, in about 20 s."""
    record = HostRecord()
    if record.best is not None and record.ceiling(scripts_digest()) is not None:
        return record
    key = f"host-{secrets.token_hex(4)}"
    with load_lane(key, wait_s=WAIT_S, say=say), engine.pod(key, Limits()) as pod, pod.lane("") as cores:
        gauge = Gauge(pod, "", cores.app)
        Gate(gauge, record, Limits()).look(SPINS)
        ceiling(pod, gauge, cores.app, record, Limits())
    return record


def ceiling(pod: Pod, gauge: Gauge, cpuset: str, record: HostRecord, limits: Limits) -> float:
    """Requests a second that our generator can send at most here; measured unless a quiet moment's is known.

    What a busy host gave is too low, and services would be blamed for it: the next load measures it again.
    """
    known = record.ceiling(scripts_digest())
    if known is not None and known.quiet:
        return known.rps
    gate = Gate(gauge, record, replace(limits, load_gate_s=min(GATE_S, limits.load_gate_s)))
    found = gate.run(lambda: {"rps": send_to_nothing(pod, cpuset)})
    return record.take_ceiling(scripts_digest(), found["rps"], quiet=found["valid"]).rps


def send_to_nothing(pod: Pod, cpuset: str) -> float:
    """Requests a second of the generator to a server that does nothing, at best."""
    server = pod.aside("answerer", {}, cpuset=cpuset)
    port = next(event["port"] for event in server.events() if "port" in event)
    request = {"method": "GET", "path": "/", "body": "", "content_type": ""}
    generator = Generator(pod, {"port": port, "requests": [request], "users": max(USERS), "health_path": "/"})
    steps = [closed("ceiling", users, SECONDS) for users in USERS for _ in range(REPEATS)]
    return max(float(generator.run(step)["rps"]) for step in steps)
