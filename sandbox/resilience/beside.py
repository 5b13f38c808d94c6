"""A second copy of the application beside the first, on a port of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sandbox.deployment import app_environment
from sandbox.faults import TeamFault
from sandbox.probes import Target
from sandbox.readiness import wait_ready
from sandbox.resilience.dependencies import patience

PORTS = range(8123, 8143)
BOOT_S = 25.0


@contextmanager
def second_copy(target: Target) -> Iterator[dict[str, Any]]:
    """{port, listens, why, ready_after_s} of a container of the same image that is told that port by PORT.

    It is killed at the end; `why` says what kept it from serving there, "" when it does.
    """
    own = {row["port"] for row in target.seen["boot"].get("listening", ())}
    port = next(port for port in PORTS if port not in own | target.taken)
    since = time.monotonic()
    service = target.pod.start(
        "replica",
        target.image,
        command=target.plan.start,
        env=app_environment(target.plan) | {"PORT": str(port)},
    )
    plan = replace(target.plan, ports=(port,))
    second = replace(
        target, service=service, plan=plan, seen={}, started_at=since, taken=target.taken | own, say=lambda *_: None
    )
    seen: dict[str, Any] = {"port": port, "listens": False, "why": "", "ready_after_s": None}
    try:
        try:
            document = wait_ready(second, service, patience(target, BOOT_S), since=since)
        except TeamFault as fault:
            yield seen | {"why": fault.title}
            return
        if document["port"] != port or document["state"] == "failed":
            where = "nowhere" if document["port"] is None else f"on {document['port']}"
            yield seen | {"listens": document["port"] == port, "why": f"It listened {where}."}
        else:
            yield seen | {"listens": True, "ready_after_s": document["ready_after_s"]}
    finally:
        service.signal("SIGKILL")
