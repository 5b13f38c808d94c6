"""The supervisor: several processes under one, their output prefixed, all gone when it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from types import TracebackType

GRACE_S = 15.0
COLOURS = (36, 33, 32, 35, 34)


class Supervisor:
    """Start named processes with `run`; leaving the block stops them in the reverse order of their start.

    Each is the leader of its own session: a terminal's Ctrl-C reaches only the supervisor, which then stops them in
    order, and whatever a process forked goes with it.
    """

    def __init__(self, *, log: os.PathLike[str] | None = None) -> None:
        self._processes: list[tuple[str, subprocess.Popen[str]]] = []
        self._threads: list[threading.Thread] = []
        self._file = open(log, "a") if log else None  # noqa: SIM115, PTH123 - closed in __exit__
        self._lock = threading.Lock()
        self.quiet = False

    def __enter__(self) -> Supervisor:
        return self

    def run(self, name: str, command: list[str], env: dict[str, str]) -> None:
        process = subprocess.Popen(
            command,
            env=env,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        thread = threading.Thread(target=self._print, args=(len(self._processes), name, process), daemon=True)
        self._processes.append((name, process))
        self._threads.append(thread)
        thread.start()

    def _print(self, number: int, name: str, process: subprocess.Popen[str]) -> None:
        prefix = f"{name:>8} | "
        if sys.stdout.isatty():
            prefix = f"\x1b[{COLOURS[number % len(COLOURS)]}m{prefix}\x1b[0m"
        assert process.stdout is not None  # noqa: S101 - run() asked for a pipe
        with process.stdout:
            for line in process.stdout:
                self._line(prefix, name, line)

    def _line(self, prefix: str, name: str, line: str) -> None:
        with self._lock:
            if self._file:
                self._file.write(f"{name:>8} | {line}")
                self._file.flush()
            if not self.quiet:
                print(prefix + line, end="", flush=True)

    def kill(self, name: str) -> None:
        """SIGKILL to everything of one process's session, as the machine would when it runs out of memory."""
        found = next(entry for entry in self._processes if entry[0] == name)
        _signal(found[1], signal.SIGKILL)
        found[1].wait()
        self._processes.remove(found)

    def dead(self) -> str | None:
        """The name of a process that has ended, which none should."""
        return next((name for name, process in self._processes if process.poll() is not None), None)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _, process in reversed(self._processes):
            _signal(process, signal.SIGTERM)
        for _, process in reversed(self._processes):
            try:
                process.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                _signal(process, signal.SIGKILL)
                process.wait()
            # A worker that died may have left children in its session.
            _signal(process, signal.SIGKILL)
        for thread in self._threads:
            thread.join(1)
        if self._file:
            self._file.close()


def _signal(process: subprocess.Popen[str], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
