"""The load lane: one load at a time on a host, whoever measures; the kernel ends a holder's turn with its process."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sandbox.faults import Cancellation, HostFault
from sandbox.images.recipe import cache_folder

WAITING = "waiting for the load lane"
LOOK_EVERY_S, SAY_EVERY_S = 0.2, 2.0


@contextmanager
def load_lane(
    who: str,
    *,
    wait_s: float,
    say: Callable[[str], None] = lambda _text: None,
    cancellation: Cancellation | None = None,
    folder: Path | None = None,
) -> Iterator[float]:
    """Hold the lane; gives the seconds that were waited for it. HostFault("load_lane_busy") after `wait_s`.

    `say` hears "waiting for the load lane" with who is in it. Processes share it that share the cache folder.
    """
    path = (folder or cache_folder()) / "load.lane"
    began, said = time.monotonic(), -SAY_EVERY_S
    with path.open("a+", encoding="utf-8") as file:
        while not _take(file.fileno()):
            (cancellation or Cancellation()).check()
            waited = time.monotonic() - began
            if waited > wait_s:
                raise HostFault(
                    "load_lane_busy",
                    f"host busy: other loads took more than {wait_s:.0f} s",
                    fix="Run the evaluation again, with fewer workers on this machine.",
                )
            if waited >= said + SAY_EVERY_S:
                said = waited
                say(f"{WAITING} ({_holder(path)} is in it)")
            time.sleep(LOOK_EVERY_S)
        file.truncate(0)
        file.write(f"{who} {os.getpid()}\n")
        file.flush()
        yield time.monotonic() - began


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace").partition(" ")[0][:80] or "another load"
