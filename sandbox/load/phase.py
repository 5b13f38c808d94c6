"""One load from the first request to the last: warm-up, capacity, the standard rate, levels, overload, soak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.limits import Limits
from sandbox.load import levels
from sandbox.load.capacity import NEAR_CEILING, capacity, is_noisy
from sandbox.load.gate import Gate
from sandbox.load.steps import Step, closed, opened
from sandbox.load.validity import checked

USERS = (8, 32)
EXTRA = 2
WARM_WINDOW_S, WARM_REQUESTS, WARM_ALIKE = 2.0, 200, 0.20
OVERLOADS = (2.0, 3.0)
# The second overload needs no long look: whether it falls over is seen at once.
FURTHER_SHARE = 0.5
IDLE_CLIENTS, SLOW_CLIENTS = 100, 20
SOAK_FRACTION = 0.5
# What a service may log of one request that we send, and the most of them that a closed step sends in a second.
OUTPUT_BYTES, CLOSED_RPS = 2048, 5_000


class Sender(Protocol):
    def run(self, step: Step, say: Callable[[float], None] = ...) -> dict[str, Any]: ...


@dataclass
class Phase:
    """`run()` sends everything; afterwards `steps` and the rest are what `document.py` writes down."""

    sender: Sender
    gate: Gate
    limits: Limits
    slo_ms: float
    ceiling: float | None = None
    promised: dict[str, float] = field(default_factory=dict)
    say: Callable[[str, float | None], None] = lambda _text, _share: None
    allow_output: Callable[[int], None] = lambda _bytes: None
    steps: list[dict[str, Any]] = field(default_factory=list)
    capacity: dict[str, Any] = field(default_factory=dict)
    standard: list[dict[str, Any]] = field(default_factory=list)
    levels: list[dict[str, Any]] = field(default_factory=list)
    overloads: list[dict[str, Any]] = field(default_factory=list)
    recovery: dict[str, Any] | None = None
    crowd: dict[str, Any] | None = None
    declared: dict[str, Any] | None = None
    soak: dict[str, Any] | None = None

    def run(self) -> None:
        limits = self.limits
        self._warm_up()
        self._measure_capacity()
        rate, window = limits.load_rate_rps, limits.load_window_s
        for number in range(self._repeats()):
            self.standard.append(self._open(f"standard rate {number + 1}", rate, window, poll=True))
        others = {"idle": IDLE_CLIENTS, "slow": SLOW_CLIENTS}
        if "rate_rps" in self.promised:
            self.declared = self._open("promised rate", self.promised["rate_rps"], limits.load_level_s)
        self._try_levels()
        self.crowd = self._open("idle and slow clients", rate, limits.load_crowd_s, **others)
        self._soak()
        self._overload()

    def _repeats(self) -> int:
        """Once the gate's time is used up, nothing gets better by being measured again."""
        return 1 if self.gate.is_spent else self.limits.load_repeats

    def _warm_up(self) -> None:
        """Not gated: until two windows in a row are alike and enough was sent, within its time."""
        sent, spent, before = 0, 0.0, None
        while spent < self.limits.load_warmup_max_s:
            seconds = min(WARM_WINDOW_S, self.limits.load_warmup_s)
            found = self._send(closed("warm-up", USERS[0], seconds, "warmup")) | {"valid": True, "why": "", "tries": 1}
            self.steps.append(found)
            sent, spent, now = sent + found["sent"], spent + seconds, found["p95_ms"]
            alike = None not in (before, now) and abs(now - before) <= WARM_ALIKE * max(now, before)
            if spent >= self.limits.load_warmup_s and sent >= WARM_REQUESTS and alike:
                return
            before = now

    def _measure_capacity(self) -> None:
        by_users: dict[int, list[dict[str, Any]]] = {}
        for users in dict.fromkeys(min(users, self.limits.load_users) for users in USERS):
            if self.gate.is_spent and by_users:
                break
            repeats = by_users.setdefault(users, [])
            while len(repeats) < self._repeats() or (
                is_noisy(repeats) and len(repeats) < self.limits.load_repeats + EXTRA and not self.gate.is_spent
            ):
                step = closed(f"{users} users {len(repeats) + 1}", users, self.limits.load_closed_s)
                repeats.append(self._gated(step))
        self.capacity = capacity(by_users, self.ceiling)

    def _try_levels(self) -> None:
        """Up to the first that is not kept. Without a capacity that counts there is nothing to take shares of."""
        if not self.capacity["valid"] or not self.capacity["rps"]:
            return
        for fraction in levels.FRACTIONS:
            rate = round(fraction * self.capacity["rps"], 1)
            if self._is_too_much(rate):
                return
            runs = [self._level(fraction, rate)]
            while not levels.keeps(runs[0], self.slo_ms) and len(runs) < 1 + levels.RETRIES:
                if self.gate.is_spent and not runs[0]["valid"]:
                    break
                runs.append(self._level(fraction, rate))
            self.levels.append(levels.level(fraction, runs, self.slo_ms))
            if not self.levels[-1]["passed"]:
                return

    def _level(self, fraction: float, rate: float) -> dict[str, Any]:
        return self._open(f"{fraction:.0%} of capacity", rate, self.limits.load_level_s)

    def _overload(self) -> None:
        """Last, because it may leave the service in any state; the recovery is looked at right after it, once."""
        rate = self.capacity["rps"]
        if not rate:
            return
        for number, factor in enumerate(OVERLOADS):
            if self._is_too_much(factor * rate):
                break
            seconds = self.limits.load_overload_s * (FURTHER_SHARE if number else 1.0)
            step = Step(
                f"{factor:g} times its capacity",
                "overload",
                seconds,
                self.limits.load_open_users,
                factor * rate,
                drain_s=1.0,
                compare=False,
            )
            self.overloads.append(self._gated(step) | {"factor": factor})
        if self.overloads:
            step = opened(
                "recovery", self.limits.load_rate_rps, self.limits.load_recovery_s, self.limits.load_open_users
            )
            step = Step(step.name, "recovery", self.limits.load_recovery_s, step.users, step.rate, drain_s=3.0)
            self.recovery = self._ungated(step)

    def _soak(self) -> None:
        """Memory tells its slope on a busy host, too."""
        if not self.limits.load_soak_s or not self.capacity["rps"]:
            return
        rate = SOAK_FRACTION * self.capacity["rps"]
        if self._is_too_much(rate):
            rate = NEAR_CEILING * (self.ceiling or rate) * SOAK_FRACTION
        users = self.limits.load_open_users
        self.soak = self._ungated(opened("soak", rate, self.limits.load_soak_s, users, "soak"))

    def _is_too_much(self, rate: float) -> bool:
        """For our generator: it would be the limit itself."""
        return self.ceiling is not None and rate > NEAR_CEILING * self.ceiling

    def _open(self, name: str, rate: float, seconds: float, **others: Any) -> dict[str, Any]:
        return self._gated(opened(name, rate, seconds, self.limits.load_open_users, **others))

    def _gated(self, step: Step) -> dict[str, Any]:
        found = checked(self.gate.run(lambda: self._send(step)), self.slo_ms)
        self.steps.append(found)
        return found

    def _ungated(self, step: Step) -> dict[str, Any]:
        """Once, with what the gate saw beside it."""
        found = checked(self.gate.once(lambda: self._send(step)), self.slo_ms)
        self.steps.append(found)
        return found

    def _send(self, step: Step) -> dict[str, Any]:
        self.say(step.name, None)
        self.allow_output(round((step.rate or CLOSED_RPS) * step.seconds * OUTPUT_BYTES))
        return self.sender.run(step) | {"discard_s": step.discard_s}
