"""The gate: a step of a load counts only when the host was quiet and its core at a steady speed, before and after it.

What is outside is measured again, for a bounded time in all; after that each step runs once, and what was outside
says "host busy". A figure that the host made is nobody's: it never becomes a score.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.faults import Cancellation
from sandbox.limits import Limits
from sandbox.load.gauge import Between, Reading, between
from sandbox.load.record import Best

LOOK_S, AGAIN_S = 0.3, 1.0
BUSY = "host busy"
NOTHING = Best(0.0, 0.0)


class Host(Protocol):
    def spin(self) -> float | None: ...
    def read(self) -> Reading: ...


class Record(Protocol):
    """The host's spins: `take_spin` gives the best of what is known and a new one."""

    def take_spin(self, milliseconds: float) -> Best: ...


@dataclass
class Gate:
    """`limits.load_gate_s` is what may be waited and repeated in all; `spent_s` what was. `speeds` are the shares of
    the core's best of the day at which steps ran that count."""

    host: Host
    record: Record
    limits: Limits
    cancellation: Cancellation = field(default_factory=Cancellation)
    say: Callable[[str], None] = lambda _text: None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    spent_s: float = 0.0
    refused: int = 0
    best: Best = NOTHING
    speeds: list[float] = field(default_factory=list)

    @property
    def is_spent(self) -> bool:
        return self.spent_s >= self.limits.load_gate_s

    def look(self, times: int) -> None:
        """What the core's speed is just now, before anything is compared with it."""
        for _ in range(times):
            self._spin()

    def run(self, send: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Send until it counts or the budget is used up; see `once` for what is added."""
        tries = 0
        while True:
            self.cancellation.check()
            self._wait()
            tries += 1
            began = self.clock()
            document = self.once(send) | {"tries": tries}
            if document["valid"]:
                return document
            self.refused += 1
            self.spent_s += self.clock() - began
            if self.is_spent:
                return document
            self.say(f"again, because {document['why']}")

    def once(self, send: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Send now, and whether it counts: the document with `foreign_cpu`, `steal`, `spin` {before_ms, after_ms,
        recent_ms, best_ms} (before and after are None while the service itself works), `throttled_periods`, `tries`,
        `valid` and `why`."""
        before_ms, first = self._spin(), self.host.read()
        document = send()
        seen = between(first, self.host.read())
        after_ms = self._spin()
        why = self._why(seen, before_ms, after_ms)
        known = [one for one in (before_ms, after_ms) if one is not None]
        if known and not why:
            self.speeds.append(self.best.day_ms / max(known))
        spin = {"before_ms": before_ms, "after_ms": after_ms}
        spin |= {"recent_ms": self.best.recent_ms, "best_ms": self.best.day_ms}
        document |= {"foreign_cpu": seen.foreign_cpu, "steal": seen.steal, "spin": spin}
        return document | {"throttled_periods": seen.throttled_periods, "tries": 1, "valid": not why, "why": why}

    def _wait(self) -> None:
        """Until the host is quiet, or the budget is used up."""
        began, told = self.clock(), False
        while True:
            first = self.host.read()
            self.sleep(LOOK_S)
            spin = self._spin()
            why = self._why(between(first, self.host.read()), spin)
            if not why or self.is_spent:
                return
            if not told:
                self.say(f"waiting for a quiet moment: {why}")
                told = True
            self.cancellation.check()
            self.sleep(AGAIN_S)
            now = self.clock()
            self.spent_s, began = self.spent_s + now - began, now

    def _spin(self) -> float | None:
        found = self.host.spin()
        if found is not None:
            self.best = self.record.take_spin(found)
        return found

    def _why(self, seen: Between, *spins_ms: float | None) -> str:
        """Why it does not count, "" where it does. While the service itself works nothing is known of the core."""
        if seen.foreign_cpu >= self.limits.load_foreign_cpu:
            return f"{BUSY}: others used {seen.foreign_cpu:.2f} of a core"
        if seen.steal >= self.limits.load_steal:
            return f"{BUSY}: {seen.steal:.0%} of its time went to other machines"
        slowest = max((one for one in spins_ms if one is not None), default=0.0)
        if slowest > self.best.day_ms * (1 + self.limits.load_speed_slack):
            return f"{BUSY}: its core ran at {self.best.day_ms / slowest:.0%} of its best speed"
        if slowest > self.best.recent_ms * (1 + self.limits.load_spin_slack):
            return f"{BUSY}: its core fell to {self.best.recent_ms / slowest:.0%} of its speed of the last minutes"
        return ""

    def to_json(self) -> dict[str, Any]:
        return {
            "passed": not self.is_spent,
            "spent_s": round(self.spent_s, 1),
            "budget_s": self.limits.load_gate_s,
            "refused": self.refused,
            "spin_best_ms": self.best.day_ms,
            "spin_tolerance": self.limits.load_spin_slack,
            "speed_tolerance": self.limits.load_speed_slack,
            "speed": [round(min(self.speeds), 3), round(max(self.speeds), 3)] if self.speeds else None,
            "foreign_limit": self.limits.load_foreign_cpu,
            "steal_limit": self.limits.load_steal,
        }
