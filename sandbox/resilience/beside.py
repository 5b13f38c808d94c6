"""A second copy of the application beside the first: the same image on another port, which PORT tells it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sandbox.deployment import app_environment
from sandbox.engine import Service
from sandbox.faults import TeamFault
from sandbox.probes import Target
from sandbox.readiness import wait_ready
from sandbox.resilience.dependencies import patience

PORTS = range(8123, 8143)
BOOT_S = 25.0
GONE_S = 5.0


@dataclass(frozen=True)
class Copy:
    """`target` looks at the copy, None when it did not come up at `port`: `why` says what it did instead.

    `listens` is whether it was at least there that it listened.
    """

    port: int
    service: Service
    target: Target | None
    listens: bool
    why: str
    ready_after_s: float | None = None


@contextmanager
def copied(
    target: Target,
    name: str,
    *,
    instead: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    longer_s: float = 0.0,
) -> Iterator[Copy]:
    """The copy, which goes at the end. `instead` is run for its start; `longer_s` is what it may do before that."""
    own = {row["port"] for row in target.seen["boot"].get("listening", ())}
    port = next(port for port in PORTS if port not in own | target.taken)
    since = time.monotonic()
    service = target.pod.start(
        name,
        target.image,
        command=() if instead else target.plan.start,
        entrypoint=instead,
        env=app_environment(target.plan) | dict(env or {}) | {"PORT": str(port)},
    )
    plan = replace(target.plan, ports=(port,))
    second: Target = replace(
        target, service=service, plan=plan, seen={}, started_at=since, taken=target.taken | own, say=lambda *_: None
    )
    try:
        yield _awaited(target, second, port, longer_s)
    finally:
        service.signal("SIGKILL")
        service.wait(GONE_S)


@contextmanager
def second_copy(target: Target) -> Iterator[dict[str, Any]]:
    """{port, listens, why, ready_after_s} of a copy that nothing is changed of, while it runs; `why` as of Copy."""
    with copied(target, "replica") as copy:
        yield {"port": copy.port, "listens": copy.listens, "why": copy.why, "ready_after_s": copy.ready_after_s}


def alone(target: Target) -> str:
    """Why no copy of it comes up, even one that nothing is changed of; "" where one does."""
    with copied(target, "copy") as copy:
        return copy.why


def _awaited(target: Target, second: Target, port: int, longer_s: float) -> Copy:
    service = second.service
    try:
        document = wait_ready(second, service, patience(target, BOOT_S) + longer_s, since=second.started_at)
    except TeamFault as fault:
        return Copy(port, service, None, listens=False, why=fault.title)
    if document["port"] != port or document["state"] == "failed":
        where = "nowhere" if document["port"] is None else f"on {document['port']}"
        return Copy(port, service, None, listens=document["port"] == port, why=f"It listened {where}.")
    seen: dict[str, dict[str, Any]] = target.seen | {"boot": target.seen["boot"] | {"port": port}}
    there = replace(second, seen=seen)
    return Copy(port, service, there, listens=True, why="", ready_after_s=document["ready_after_s"])
