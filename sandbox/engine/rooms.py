"""Further network namespaces of a pod, for services of a stack that need a port which another one has taken.

    room 0 (the app, our tools) ── veth pair ── room 1 ── veth pair ── room 2 …

A room has no interface but lo and one wire to each other room; both ends of a wire lie in the pod, so that there is no
way to the host, to another pod or out. The wires are made by a script of ours before anything of a team runs: it alone
has CAP_NET_ADMIN, and it is gone before the first service starts. See docs/decisions/0017.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from sandbox.engine import Image, container, tool
from sandbox.engine.aside import DockerAside
from sandbox.engine.container import Host
from sandbox.engine.owner import labels_for, name_of
from sandbox.engine.policy import HANDOVER, RunPolicy
from sandbox.faults import HostFault
from sandbox.limits import Limits

SCRIPT = "wiring"
VOLUME = "handover-rooms"
CAPABILITY = "NET_ADMIN"
WITHIN_S = 20.0


@dataclass(frozen=True)
class Rooms:
    """The names that mean each room, the app's first; one room needs no wire."""

    names: tuple[tuple[str, ...], ...]

    def address(self, room: int) -> str:
        """Where the other rooms reach this one: the network is the pod's own, so that every pod may use the same."""
        return f"10.213.0.{room + 1}"

    def hosts(self, room: int) -> tuple[tuple[str, str], ...]:
        """(name, address) of everybody, as seen from one room."""
        return tuple(
            (name, "127.0.0.1" if number == room else self.address(number))
            for number, names in enumerate(self.names)
            for name in names
        )

    def links(self, room: int) -> tuple[str, ...]:
        """Names of the interfaces that a room has beside lo."""
        return tuple(f"room{number}" for number in range(len(self.names)) if number != room)


def wire(
    host: Host,
    *,
    image: Image,
    evaluation: str,
    limits: Limits,
    rooms: Rooms,
    places: Sequence[tuple[str, RunPolicy]],
) -> None:
    """Join the rooms; HostFault when that fails. A place is who owns a room's namespace, and our tools' policy there.

    In the order of the rooms.
    """
    api, labels = host.api, labels_for(evaluation, SCRIPT, limits.evaluation_s)
    volume = name_of(evaluation, VOLUME)
    made: list[str] = []
    asides: list[DockerAside] = []
    request: dict[str, Any] = {
        "addresses": [rooms.address(room) for room in range(len(places))],
        "socket": f"{HANDOVER}/wire",
        "within_s": WITHIN_S,
    }

    def make(room: int, policy: RunPolicy) -> tuple[str, RunPolicy]:
        own = replace(policy, profile=SCRIPT, user="0:0", capabilities=(CAPABILITY,), volume=volume)
        name = name_of(evaluation, f"{SCRIPT}-{room}")
        made.append(container.create(api, name, own, image.id, labels=labels, entrypoint=tool.command(SCRIPT)))
        return made[-1], own

    try:
        api.create_volume(volume, labels)
        for room, (owner, policy) in enumerate(places[1:], 1):
            created, own = make(room, policy)
            asides.append(DockerAside(api, created, SCRIPT))
            asides[-1].begin(request | {"room": room}, policy=own, owner=owner)
        created, own = make(0, places[0][1])
        answer = tool.run(
            api, created, SCRIPT, request | {"room": 0}, policy=own, owner=places[0][0], timeout_s=2 * WITHIN_S
        )
        if answer.get("wires") != len(places) * (len(places) - 1) // 2:
            raise HostFault("tool_failed", "The rooms of the stack could not be joined", fix="Try again.")
    finally:
        _take_away(asides, made, volume, api.remove, api.remove_volume)


def _take_away(
    asides: Iterable[DockerAside],
    made: Iterable[str],
    volume: str,
    remove: Callable[[str], None],
    remove_volume: Callable[[str], None],
) -> None:
    for one in made:
        with suppress(HostFault):  # the engine is away: whoever uses it next says so, and the reaper comes
            remove(one)
    for aside in asides:
        aside.close()
    with suppress(HostFault):
        remove_volume(volume)
