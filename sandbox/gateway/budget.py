"""What one evaluation may ask of a real provider: held before a call by what it can use at most, then counted."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

MILLION = 1_000_000


@dataclass
class Budget:
    """`tokens` in and out together; `cost` in the currency of the prices, which are per million tokens; None: no bound.

    Safe to use from several threads.
    """

    tokens: int
    cost: float | None = None
    price_in: float = 0.0
    price_out: float = 0.0
    used_in: int = 0
    used_out: int = 0
    calls: int = 0
    failed: int = 0
    exhausted: int = 0
    _held_tokens: int = 0
    _held_cost: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def hold(self, tokens_in: int, tokens_out: int) -> bool:
        """Set aside what a call can use at most; False, and nothing is set aside, when that is more than is left."""
        cost = self._cost(tokens_in, tokens_out)
        with self._turn:
            tokens_after = self.used_in + self.used_out + self._held_tokens + tokens_in + tokens_out
            cost_after = self._cost(self.used_in, self.used_out) + self._held_cost + cost
            if tokens_after > self.tokens or (self.cost is not None and cost_after > self.cost):
                self.exhausted += 1
                return False
            self._held_tokens += tokens_in + tokens_out
            self._held_cost += cost
            return True

    def settle(self, held_in: int, held_out: int, usage: tuple[int, int] | None, *, failed: bool = False) -> None:
        """The call is over. `usage` is the provider's own count; without one, all that was held counts as used.

        (0, 0) is for a call that the provider did not answer.
        """
        used_in, used_out = (held_in, held_out) if usage is None else usage
        with self._turn:
            self._held_tokens -= held_in + held_out
            self._held_cost -= self._cost(held_in, held_out)
            self.used_in += used_in
            self.used_out += used_out
            self.calls += 1
            self.failed += failed

    def _cost(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self.price_in + tokens_out * self.price_out) / MILLION

    def to_json(self) -> dict[str, Any]:
        with self._turn:
            return {
                "calls": self.calls,
                "failed": self.failed,
                "exhausted": self.exhausted,
                "tokens_in": self.used_in,
                "tokens_out": self.used_out,
                "cost": None if self.cost is None else round(self._cost(self.used_in, self.used_out), 6),
                "budget_tokens": self.tokens,
                "budget_cost": self.cost,
            }
