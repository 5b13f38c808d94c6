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
    """Work after builds, by the key of the evaluation."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "assay-settling")
        self._begun: dict[str, list[Future[None]]] = {}

    def begin(self, evaluation: str, keep: Callable[[], object], rest: AbstractContextManager[object]) -> None:
        """Returns at once: `keep` and then the end of `rest` happen by themselves."""
        self._begun.setdefault(evaluation, []).append(self._threads.submit(_settle, keep, rest))

    def wait(self, evaluation: str) -> None:
        """Until all that was begun for it is done; raises what the end of `rest` raised."""
        for begun in self._begun.pop(evaluation, ()):
            begun.result()

    def close(self) -> None:
        try:
            for evaluation in list(self._begun):
                self.wait(evaluation)
        finally:
            self._threads.shutdown()


def _settle(keep: Callable[[], object], rest: AbstractContextManager[object]) -> None:
    # An engine that is away: then nothing of it is found again, and whoever uses it next says so.
    with rest, suppress(HostFault):
        keep()
