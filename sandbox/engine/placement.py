"""Which cores the parts of an evaluation run on: a service's measured core is shared with nobody while it is loaded."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

# From this many cores on the last two are nobody's but the load lane's: a neighbour never runs on a measured core.
RESERVED_FROM, RESERVED = 4, 2


class Placement(NamedTuple):
    """Two cpuset strings as the engine takes them ("0,1"); both "" where there is only one core to share."""

    services: str
    tools: str


class Lane(NamedTuple):
    """Cpuset strings during a load: the loaded app's, the load generator's and everything else's of the evaluation.

    All "" and `split` False where there is only one core. With two, the rest shares the generator's.
    """

    app: str
    generator: str
    rest: str
    split: bool


def place(cores: Sequence[int]) -> Placement:
    """The lower half of the everyday cores for the team's services, the rest of them for our tools."""
    ordered = everyday(cores)
    half = len(ordered) // 2
    if half == 0:
        return Placement("", "")
    return Placement(_set(ordered[:half]), _set(ordered[half:]))


def lane(cores: Sequence[int], app_cpus: float = 1.0) -> Lane:
    """The highest cores for the app (as many as its processor limit needs), the next one for the generator."""
    ordered = sorted(cores)
    if len(ordered) < 2:
        return Lane("", "", "", split=False)
    own = min(max(1, math.ceil(app_cpus)), len(ordered) - 1)
    app, others = ordered[-own:], ordered[:-own]
    return Lane(_set(app), _set(others[-1:]), _set(others[:-1] or others), split=True)


def everyday(cores: Sequence[int]) -> list[int]:
    """The cores for everything but a load: what builds and other evaluations use."""
    ordered = sorted(cores)
    return ordered[:-RESERVED] if len(ordered) >= RESERVED_FROM else ordered


def _set(cores: Sequence[int]) -> str:
    return ",".join(map(str, cores))
