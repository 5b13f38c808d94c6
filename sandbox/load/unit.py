"""What one unit of a load is, and how much of a service it asks: a request, or the whole session of a visitor. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Unit:
    """`requests` is what one counts as: rates are so many times lower, and may take so many times longer.

    `stretch` is how much longer a closed step lasts, so that what is under way at its end does not matter.
    """

    name: str
    requests: int
    stretch: float

    def many(self, count: float) -> str:
        """The count as words, such as 4.5 sessions."""
        figure = self.figure(count)
        return f"{figure} {self.name}{'' if figure == '1' else 's'}"

    def figure(self, count: float) -> str:
        """Of what counts as more than one request with a decimal below ten: 4 and 4.9 are a fifth apart."""
        whole = self.requests == 1 or count >= 10 or count == round(count)
        return f"{count:.0f}" if whole else f"{count:.1f}"


REQUEST = Unit("request", 1, 1.0)
# A visitor's page, run from top to bottom, or a use of a function and its queue. With ten, what such a page may take
# at most (95 % within 3 s) is about what the web calls a good page load (LCP: 2.5 s good, 4 s poor; web.dev).
SESSION = Unit("session", 10, 2.0)


def unit_of(load: dict[str, Any]) -> Unit:
    """Of a load's document; one from before sessions were sent has none."""
    return SESSION if load.get("unit") == SESSION.name else REQUEST
