"""The most that our own load generator can send on this host, so that a service is not blamed for its limit."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from pathlib import Path

import sandbox
from sandbox.canonical import digest
from sandbox.engine import Engine, Pod
from sandbox.limits import Limits
from sandbox.load.gauge import Gauge
from sandbox.load.generator import Generator
from sandbox.load.lane import load_lane
from sandbox.load.record import HostRecord
from sandbox.load.steps import closed

SCRIPTS = ("inside/load.py", "loadtest/locustfile.py", "inside/shape.py")
USERS, SECONDS, REPEATS = (8, 32), 2.0, 2
SPINS = 8
WAIT_S = 120.0


@functools.cache
def scripts_digest() -> str:
    """Of the scripts that send: another generator has another ceiling."""
    folder = Path(sandbox.__file__).parent
    return digest({name: (folder / name).read_text(encoding="utf-8") for name in SCRIPTS})


def measure_host(engine: Engine, say: Callable[[str], None] = lambda _text: None) -> HostRecord:
    """Record the best spin and the generator's ceiling where they are not known of this host, in about 20 s.

    A busy host gives figures that are too low; later loads raise them: the record keeps the best.
    """
    record = HostRecord()
    if record.spin_ms is not None and record.ceiling(scripts_digest()) is not None:
        return record
    key = f"host-{secrets.token_hex(4)}"
    with load_lane(key, wait_s=WAIT_S, say=say), engine.pod(key, Limits()) as pod, pod.lane("") as cores:
        gauge = Gauge(pod, "", cores.app)
        for _ in range(SPINS):
            record.take_spin(gauge.spin())
        record.take_ceiling(scripts_digest(), send_to_nothing(pod, cores.app))
    return record


def send_to_nothing(pod: Pod, cpuset: str) -> float:
    """Requests a second of the generator to a server that does nothing, at best."""
    server = pod.aside("answerer", {}, cpuset=cpuset)
    port = next(event["port"] for event in server.events() if "port" in event)
    request = {"method": "GET", "path": "/", "body": "", "content_type": ""}
    generator = Generator(pod, {"port": port, "requests": [request], "users": max(USERS), "health_path": "/"})
    steps = [closed("ceiling", users, SECONDS) for users in USERS for _ in range(REPEATS)]
    return max(float(generator.run(step)["rps"]) for step in steps)
