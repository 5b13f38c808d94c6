"""The steps of a load: what is sent, for how long, and what each is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["warmup", "closed", "open", "overload", "recovery", "soak"]
# Of an open step the first part does not count.
DISCARD_S, DISCARD_SHARE = 2.0, 0.2
LEAST_USERS = 16


@dataclass(frozen=True)
class Step:
    """`rate` requests a second on an even schedule; 0 is closed: `users` that send as fast as they are answered.

    After `seconds` whatever was due has `drain_s` to end. `poll` asks the health path meanwhile; `idle` connections
    say nothing and `slow` clients send a byte a second.
    """

    name: str
    kind: Kind
    seconds: float
    users: int
    rate: float = 0.0
    discard_s: float = 0.0
    drain_s: float = 10.0
    poll: bool = False
    idle: int = 0
    slow: int = 0
    compare: bool = True

    def to_json(self) -> dict[str, Any]:
        names = ("name", "rate", "seconds", "users", "discard_s", "drain_s", "poll", "idle", "slow", "compare")
        return {name: getattr(self, name) for name in names}


def closed(name: str, users: int, seconds: float, kind: Kind = "closed") -> Step:
    return Step(name, kind, seconds, users, drain_s=3.0)


def opened(name: str, rate: float, seconds: float, most_users: int, kind: Kind = "open", **others: Any) -> Step:
    """`seconds` count; the part that does not count comes before them.

    About as many users as requests in a second: a connection then rests a second, and no server closes it meanwhile.
    """
    discard = min(DISCARD_S, DISCARD_SHARE * seconds)
    users = max(min(LEAST_USERS, most_users), min(most_users, round(rate)))
    return Step(name, kind, seconds + discard, users, rate, discard, **others)
