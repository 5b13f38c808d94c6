"""Following a container's output: cleaned lines to a listener, and an end to it when there is too much."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sandbox.engine import OnLine
from sandbox.engine.api import Api, Stream
from sandbox.engine.capture import Frames, Lines, Pace
from sandbox.faults import HostFault

# What the engine writes and does for one line beside its bytes: a flood of empty lines costs it as much as a long one.
LINE_COSTS = 80


class Follow:
    """A thread over one start of a container, until its output ends or `close()`.

    Every byte of stdout and stderr counts, and every line LINE_COSTS bytes more; `on_excess("log")` is called once,
    when they are more than `limit`.
    """

    def __init__(
        self,
        api: Api,
        container: str,
        *,
        since: float,
        limit: int,
        on_line: OnLine | None,
        on_excess: Callable[[str], None],
    ) -> None:
        self._stream: Stream = api.logs(container, follow=True, since=since)
        self._limit, self._on_excess = limit, on_excess
        self._pace = Pace(on_line) if on_line is not None else None
        self._thread = threading.Thread(target=self._run, name=f"assay-follow-{container[:12]}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stream.close()
        self._thread.join()

    def allow(self, bytes: int) -> None:
        """So much more may come: a line for each request that is sent to it is no flood."""
        self._limit += bytes

    def wait(self, seconds: float) -> None:
        """Let the output of a container that has ended come through."""
        self._thread.join(seconds)

    def _run(self) -> None:
        frames, lines, seen = Frames(), (Lines(), Lines()), 0
        for chunk in self._stream:
            for number, data in frames.feed(chunk):
                seen += len(data) + LINE_COSTS
                if self._pace is not None:
                    for line in lines[number == 2].feed(data):
                        self._pace.say(line)
            if seen > self._limit:
                self._stop()
                break
        if self._pace is not None:
            for part in lines:
                for line in part.end():
                    self._pace.say(line)
            self._pace.flush()

    def _stop(self) -> None:
        try:
            self._on_excess("log")
        except HostFault:
            pass  # the engine is away; the next call on the service says so
        finally:
            self._stream.close()
