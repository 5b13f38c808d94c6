"""A process beside a command line's evaluation that removes what is left when the evaluation's own process is killed.

It waits at the end of a pipe: the word DONE means that nothing is left, LEFT that the evaluation ended in order, but
steps of its build may be there (they are too young to tell whose they are), the end of the pipe that the process is
gone. It is in a session of its own, so that what kills the process's group does not kill it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DONE, LEFT = b"done\n", b"left\n"
# The engine may be starting again.
PATIENCE_S, EVERY_S = 300.0, 2.5
# A step that the engine has just made is too young to be removed at once (layers.YOUNG_S), and the last one is made
# after the end of whoever asked for it.
SETTLED_S = 25.0


@contextmanager
def undertaker(key: str) -> Iterator[Callable[[], None]]:
    """For the time of the block; `key` is the evaluation's. Call what it gives when the evaluation went well."""
    said = LEFT

    def went_well() -> None:
        nonlocal said
        said = DONE

    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *_path()])}
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, key],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield went_well
    finally:
        with suppress(OSError):  # it has ended before us
            process.communicate(said)


def _path() -> list[str]:
    return [given] if (given := os.environ.get("PYTHONPATH")) else []


def bury(key: str) -> None:
    """Remove everything of this evaluation, and what no process uses any more, until nothing was found for a while."""
    from sandbox.engine.docker import DockerEngine  # a process that is not needed stays small
    from sandbox.engine.reap import Standing
    from sandbox.faults import HostFault

    def standing(found: str) -> Standing:
        return "over" if found.lower() == key.lower() else "held"

    until, since = time.monotonic() + PATIENCE_S, time.monotonic()
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            with DockerEngine() as engine:
                found = any(key in removed for removed in engine.reap(frozenset(), standing))
        except HostFault:
            found = True  # whatever is there, is there still
        if not found and began > since + SETTLED_S:
            return
        since = began if found else since
        time.sleep(EVERY_S)


def main(key: str) -> None:
    """Nobody waits for what a good end has left: that is removed by a child within half a minute."""
    said = sys.stdin.buffer.read(len(DONE))
    if said != DONE and (said != LEFT or os.fork() == 0):
        bury(key)


if __name__ == "__main__":
    main(sys.argv[1])
