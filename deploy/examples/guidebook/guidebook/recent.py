"""What is remembered for a while, and never more than so much of it."""

import time
from collections import Counter, OrderedDict
from collections.abc import Hashable
from typing import Any


class Answers:
    """The newest answers by their question; the one that was least asked for lately goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable) -> Any | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def put(self, key: Hashable, answer: Any) -> None:
        self._kept[key] = answer
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


class Minute:
    """How often each user has asked in the present minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._minute = -1
        self._asked: Counter[str] = Counter()

    def is_too_much(self, user: str) -> bool:
        now = int(time.monotonic() // 60)
        if now != self._minute:
            self._minute, self._asked = now, Counter()
        self._asked[user] += 1
        return self._asked[user] > self._most
