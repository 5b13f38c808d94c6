"""Running the attempts: two containers that try everything, two that exceed what only the host can stop."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.engine import Service
from sandbox.engine.container import pid_of
from sandbox.engine.placement import place
from sandbox.engine.policy import MASKED, READ_ONLY, TMPFS_INODES
from sandbox.engine.process import SHARES_THE_KERNEL, is_visible
from sandbox.escapes.canary import Canary, own_addresses
from sandbox.escapes.image import COMMAND, SETUID, VOLUME, ensure_image
from sandbox.faults import Cancellation
from sandbox.limits import MIB, Limits
from sandbox.undertaker import undertaker

if TYPE_CHECKING:
    from sandbox.engine.docker import DockerEngine

DEFAULT, STRICT = "default", "strict"
EXCESSES = ("disk", "log")
REPORT_BYTES = 512 * 1024
SUITE_S = 120.0
# How long an excess lives on when the host does not stop it, which takes the host a look or two.
LINGER_S = 20.0
LOOK_EVERY_S = 0.1
MOST_SOCKETS = 50
NAMESPACES = ("cgroup", "ipc", "mnt", "net", "pid", "user", "uts")
# Only what would take long to run into is smaller than in an evaluation; the lines of the policy are the same.
QUICKER = {"run_memory_bytes": 256 * MIB, "run_writable_bytes": 96 * MIB, "run_log_bytes": 1 * MIB}


@dataclass
class Observed:
    """What came of it. `reports` are the containers' own lines by profile; everything else the host saw itself.

    killed      why the host killed each excess: the excess's own name when its limit held
    out_of_memory, differences, shared (namespaces that are the host's own)   by profile
    mounts      folders and volumes of the host in any of the containers
    """

    reports: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    killed: dict[str, str] = field(default_factory=dict)
    out_of_memory: dict[str, bool] = field(default_factory=dict)
    differences: dict[str, list[str]] = field(default_factory=dict)
    shared: dict[str, list[str] | None] = field(default_factory=dict)
    mounts: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    file_intact: bool = True


def observe(engine: DockerEngine, limits: Limits, cancellation: Cancellation) -> Observed:
    """Make every attempt; HostFault("sandbox_policy") when a container is not as its policy says."""
    tools = engine.tools()
    image = ensure_image(engine, tools)
    smaller = {name: min(value, getattr(limits, name)) for name, value in QUICKER.items()}
    limits = replace(limits, **smaller)
    observed = Observed()
    key = f"proof-{secrets.token_hex(4)}"
    with undertaker(key) as went_well:
        with Canary() as canary, engine.pod(key, limits) as pod:
            request = _request(engine, limits, canary)

            def start(profile: str, excess: str = "") -> Service:
                cancellation.check()
                said = json.dumps({**request, "profile": profile, "excess": excess})
                name = excess or profile
                return pod.start(name, image, command=COMMAND, env={"ASSAY_ESCAPE": said}, strict=profile == STRICT)

            # The host takes a while to see an excess: those begin first.
            excesses = {name: start(DEFAULT, name) for name in EXCESSES}
            attempts = {}
            for profile in (DEFAULT, STRICT):
                attempts[profile] = start(profile)
                _look(engine, attempts[profile], profile, observed)
            _wait([*excesses.values(), *attempts.values()], cancellation)
            for profile, service in attempts.items():
                observed.reports[profile] = _documents(service.logs(REPORT_BYTES))
                observed.out_of_memory[profile] = service.state().oom_killed
            observed.killed = {name: service.state().killed for name, service in excesses.items()}
            observed.contacts, observed.file_intact = list(canary.contacts), canary.intact()
        went_well()
    return observed


def _request(engine: DockerEngine, limits: Limits, canary: Canary) -> dict[str, Any]:
    cores = place(engine.cores).services
    return {
        "setuid": SETUID,
        "volume": VOLUME,
        "canary": canary.to_json(),
        "addresses": own_addresses(),
        "masked": MASKED,
        "read_only": READ_ONLY,
        "memory_bytes": limits.run_memory_bytes,
        "pids": limits.run_pids,
        "open_files": limits.run_open_files,
        "tmpfs_bytes": limits.run_tmpfs_bytes,
        "tmpfs_inodes": TMPFS_INODES,
        "shm_bytes": limits.run_shm_bytes,
        "writable_bytes": limits.run_writable_bytes,
        "log_bytes": limits.run_log_bytes,
        "cpus": min(limits.run_cpus, float(len(engine.cores))),
        "cores": [int(core) for core in cores.split(",")] if cores else [],
        "sockets": _sockets(),
        "linger_s": LINGER_S,
    }


def _look(engine: DockerEngine, service: Service, profile: str, observed: Observed) -> None:
    """At the live container, from outside."""
    inspected = engine.api.inspect(service.id) or {}
    observed.differences[profile] = service.differences()
    observed.mounts += [str(mount.get("Destination")) for mount in inspected.get("Mounts") or ()]
    pid = pid_of(inspected)
    told = engine.runtime in SHARES_THE_KERNEL and is_visible(pid, service.id)
    observed.shared[profile] = _shared(pid, engine.remapped) if told else None


def _shared(pid: int, remapped: bool) -> list[str] | None:
    """Namespaces of a process that are this process's own, None where none of them can be seen.

    A user namespace of its own is not every engine's; `assay doctor` says so in a line of its own.
    """
    shared, seen = [], 0
    for name in NAMESPACES:
        try:
            theirs, ours = (Path(f"/proc/{who}/ns/{name}").stat().st_ino for who in (str(pid), "self"))
        except OSError:
            continue  # it has ended
        seen += 1
        if theirs == ours and (remapped or name != "user"):
            shared.append(name)
    return shared if seen else None


def _sockets() -> list[str]:
    """Where programs of this machine listen for others of it, the engine among them."""
    try:
        lines = Path("/proc/net/unix").read_text(encoding="utf-8", errors="replace").splitlines()[1:]
    except OSError:
        return []
    places = {line.split(maxsplit=7)[7] for line in lines if len(line.split(maxsplit=7)) == 8}
    return sorted(place for place in places if place.startswith("/"))[:MOST_SOCKETS]


def _wait(services: list[Service], cancellation: Cancellation) -> None:
    until = time.monotonic() + SUITE_S
    while any(service.state().running for service in services) and time.monotonic() < until:
        cancellation.check()
        time.sleep(LOOK_EVERY_S)


def _documents(output: bytes) -> list[dict[str, Any]]:
    found = []
    for line in output.decode("utf-8", "replace").splitlines():
        try:
            document = json.loads(line)
        except ValueError:
            continue
        if isinstance(document, dict):
            found.append(document)
    return found
