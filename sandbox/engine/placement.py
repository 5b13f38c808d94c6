"""Which processor cores a service gets and which its observers get, so that neither slows the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Placement(NamedTuple):
    """Two cpuset strings as the engine takes them ("0,1"); both "" where there is only one core to share."""

    services: str
    tools: str


def place(cores: Sequence[int]) -> Placement:
    """The lower half of the cores for the team's services, the rest for our tools."""
    ordered = sorted(cores)
    half = len(ordered) // 2
    if half == 0:
        return Placement("", "")
    return Placement(*(",".join(map(str, part)) for part in (ordered[:half], ordered[half:])))
