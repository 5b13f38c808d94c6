"""What a build that went well leaves to be done while its image is used already: nobody waits for it but a next build.

Its steps get their names and its network is taken away, which takes the engine half a second when it is busy.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress

from sandbox.faults import HostFault

AT_ONCE = 4


class Settling:
    """Work after builds. Who looks for what a build has left, or takes it away, waits first."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "assay-settling")
        self._begun: list[Future[None]] = []

    def begin(self, keep: Callable[[], object], rest: AbstractContextManager[object]) -> None:
        """Returns at once: `keep` and then the end of `rest` happen by themselves."""
        self._begun.append(self._threads.submit(_settle, keep, rest))

    def wait(self) -> None:
        """Until all that was begun is done; raises what the end of `rest` raised."""
        while self._begun:
            self._begun.pop().result()

    def close(self) -> None:
        try:
            self.wait()
        finally:
            self._threads.shutdown()


def _settle(keep: Callable[[], object], rest: AbstractContextManager[object]) -> None:
    # An engine that is away: then nothing of it is found again, and whoever uses it next says so.
    with rest, suppress(HostFault):
        keep()
