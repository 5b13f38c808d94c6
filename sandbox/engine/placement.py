"""Which processor cores a service gets and which its observers get, so that neither slows the other."""

from __future__ import annotations

from typing import NamedTuple


class Placement(NamedTuple):
    """Two cpuset strings as the engine takes them ("0-3"); both "" where there is only one core to share."""

    services: str
    tools: str


def place(cores: int) -> Placement:
    """The lower half of the cores for the team's services, the rest for our tools."""
    if cores < 2:
        return Placement("", "")
    half = cores // 2
    return Placement(_span(0, half - 1), _span(half, cores - 1))


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
