"""In which of a stack's network namespaces each service runs: two that want the same port cannot share one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sandbox.launch.listening import listening
from sandbox.launch.stage import last_stage

# Each further room costs a container that sleeps, and a wire to each of the others.
MOST_ROOMS = 4


# A data service there may meet an application whose port nobody knows.
_USUAL = frozenset({80, 3000, 4000, 5000, 5173, 8000, 8080, 8501, 8888})
# In the place of a port: an application whose port nobody knows, and any application at all.
_UNKNOWN, _SOME = -1, -2


@dataclass
class Rooms:
    """Who has which port in each room, the app's first."""

    taken: list[dict[int, str]] = field(default_factory=lambda: [{}])

    def place(self, name: str, ports: Iterable[int], *, app: bool = False) -> int | None:
        """The first room in which none of these ports is taken; None when there is no room left.

        `app`: an application, which without a known port goes where no other application is.
        """
        wanted = set(ports)
        for number in range(MOST_ROOMS):
            if number == len(self.taken):
                self.taken.append({})
            there = self.taken[number]
            meets = (_UNKNOWN if wanted else _SOME) in there if app else bool(wanted & _USUAL) and _UNKNOWN in there
            if not meets and not wanted & there.keys():
                own = wanted | ({_SOME} if app else set()) | ({_UNKNOWN} if app and not wanted else set())
                there |= dict.fromkeys(own, name)
                return number
        return None

    def holder(self, port: int) -> str:
        """Who has a port first, "" when nobody has."""
        return next((there[port] for there in self.taken if port in there), "")


def expected_port(command: str, dockerfile: str, declared: Iterable[int] = ()) -> int | None:
    """Where a service will most likely listen: as its command says, else as the stack says, else as its image says."""
    stage = last_stage(dockerfile)
    told = (listening(text, stage.env) for text in (command, stage.entrypoint.text, stage.cmd.text) if text)
    by_command = next((found.port for found in told if found and found.port), None)
    return by_command or next(iter([*declared, *stage.exposed]), None)
