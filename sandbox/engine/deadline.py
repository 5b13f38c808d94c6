"""A deadline for something that blocks: when it passes, or when a person cancels, an action ends the blocking."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from sandbox.faults import Cancellation

LOOK_EVERY_S = 0.2


class Deadline:
    """`with Deadline(60, stream.close, cancellation) as deadline:` then look at `deadline.passed`.

    The action runs in a thread of its own, once, and at most LOOK_EVERY_S after a cancellation.
    """

    def __init__(self, seconds: float, action: Callable[[], None], cancellation: Cancellation | None = None) -> None:
        self.passed = False
        self._until = time.monotonic() + seconds
        self._action, self._cancellation = action, cancellation
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="assay-deadline", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            self.passed = time.monotonic() >= self._until
            if self.passed or (self._cancellation is not None and self._cancellation.requested):
                self._action()
                return
