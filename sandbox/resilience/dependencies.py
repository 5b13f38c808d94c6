"""The data services beside an application, taken away and brought back.

A data service keeps what it has in memory here, so one that was stopped comes back empty: the one-time tasks of the
stack run again afterwards, as they did at the start.
"""

from __future__ import annotations

import re
import time
from typing import Any

from sandbox.engine import Service
from sandbox.faults import HostFault, TeamFault
from sandbox.plan import Companion
from sandbox.probes import Target
from sandbox.readiness import wait_ready

MOST = 3
GONE_S = 10.0
COMES_BACK_S = 30.0
TASK_S = 30.0
SLACK_S = 20.0
AGAIN_S = 8.0


def data_services(target: Target) -> list[tuple[Companion, Service]]:
    """Those that run, the first MOST."""
    found = [(one, target.companions.get(one.name)) for one in target.plan.companions if one.role == "data"]
    return [(one, service) for one, service in found if service is not None and service.state().running][:MOST]


def take_away(service: Service) -> None:
    """Kill it, and wait until it is gone."""
    service.signal("SIGKILL")
    if service.wait(GONE_S).running:
        raise HostFault("dependency_stays", f"{service.name} does not end when it is killed")


def bring_back(target: Target, one: Companion, service: Service) -> None:
    """Start it again, until it listens; then the tasks of the stack, and whatever of it has ended meanwhile.

    HostFault when it does not come back.
    """
    service.restart()
    done = target.pod.tool(
        "ports",
        {
            "ports": list(one.ports),
            "taken": [] if one.ports or one.room else sorted(_others(target)),
            "wait_s": COMES_BACK_S,
        },
        timeout_s=COMES_BACK_S + SLACK_S,
        cancellation=target.cancellation,
        room=one.room,
    )
    if done["port"] is None:
        raise HostFault("dependency_lost", f"{one.name} did not come back after it was taken away")
    for other in target.plan.companions:
        beside = target.companions.get(other.name)
        if beside is None or beside is service:
            continue
        if other.role == "task":
            beside.restart()
            beside.wait(TASK_S)
        elif other.role != "data" and not beside.state().running:  # it did not survive what was done to the stack
            beside.restart()


def _others(target: Target) -> set[int]:
    return {*target.taken, *(row["port"] for row in target.seen["boot"].get("listening", ()))}


def restarted(target: Target) -> dict[str, Any]:
    """The application started again and waited for: {answers, state, ready_after_s, why}."""
    since = time.monotonic()
    target.service.restart()
    return awaited(target, since, target.limits.boot_s)


def patience(target: Target, seconds: float) -> float:
    """How long to wait for another start: so long, more for one that was slow at first, never beyond the limit."""
    return min(max(seconds, 2 * (target.seen["boot"].get("ready_after_s") or 0.0) + AGAIN_S), target.limits.boot_s)


def awaited(target: Target, since: float, seconds: float) -> dict[str, Any]:
    """How it became ready, as {answers, state, ready_after_s, why}; one that ends or never answers is a finding."""
    try:
        document = wait_ready(target, target.service, seconds, since=since)
    except TeamFault as fault:
        return {"answers": False, "state": "failed", "ready_after_s": None, "why": fault.title}
    return {
        "answers": document["state"] != "failed",
        "state": document["state"],
        "ready_after_s": document["ready_after_s"],
        "why": document["why"],
    }


def names(one: Companion, text: str) -> bool:
    """Whether a text says which service it is about: by its name in the stack, its kind, or as the database it is."""
    words = {one.name.lower(), *one.runtime.lower().split()[:1], "db", "database", "cache", "broker", "queue"}
    words |= {{"postgresql": "postgres", "mongodb": "mongo"}.get(word, word) for word in words}
    return re.search(rf"(?<![a-z])(?:{'|'.join(map(re.escape, sorted(words)))})(?![a-z])", text.lower()) is not None
