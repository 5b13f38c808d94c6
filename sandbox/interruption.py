"""Ctrl-C and SIGTERM as a wish to stop: steps end in order and remove what they started."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from sandbox.faults import Cancellation

SIGNALS = (signal.SIGINT, signal.SIGTERM)
# A step that does not look at the wish by then is broken off where it stands; its own clean-up still runs.
PATIENCE_S = 15.0


@contextmanager
def interruption(patience_s: float = PATIENCE_S) -> Iterator[Cancellation]:
    """The wish for the time of the block, in the main thread; the handlers of before come back after it.

    Further signals change nothing: a second Ctrl-C must not cut the removal of containers short.
    """
    wish = Cancellation()

    def stop(number: int, _frame: FrameType | None) -> None:
        if not wish.requested:
            wish.cancel(signal.Signals(number).name)
            print("\nStopping, and removing what was started …", file=sys.stderr, flush=True)
            signal.setitimer(signal.ITIMER_REAL, patience_s)

    def break_off(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    before[signal.SIGALRM] = signal.signal(signal.SIGALRM, break_off)
    try:
        yield wish
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
