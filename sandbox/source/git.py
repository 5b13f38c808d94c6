"""Git as a reader of strangers' repositories: one deadline for all that it does, and bounds on what it writes."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.faults import Cancellation, HostFault, TeamFault, clean
from sandbox.limits import GIB
from sandbox.source.environment import environment

OUTPUT_BYTES = 32 * 1024 * 1024
POLL_S = 0.1
# Git maps packs into memory, so that its address space may be far larger than what it uses.
ADDRESS_SPACE_BYTES = 4 * GIB


class GitFailed(Exception):
    """Git ended with an error; `said` is the end of what it wrote, cleaned."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class OutputTooLarge(Exception):
    """Git wrote more than OUTPUT_BYTES to its standard output."""


@dataclass
class Git:
    """Runs git with one deadline for everything together.

    home      folder for git's one configuration file    file_bytes   largest file it may write (a pack)
    trusted   folders that may belong to another user    pins         "host:port:ip" that names must resolve to
    """

    home: Path
    seconds: float
    file_bytes: int
    cancellation: Cancellation
    local: bool = False
    pins: Sequence[str] = ()
    trusted: Sequence[Path] = ()
    _ends: float = field(init=False)

    def __post_init__(self) -> None:
        self._ends = time.monotonic() + self.seconds
        self.home.mkdir(parents=True, exist_ok=True)
        # A file, because a repository of another owner is opened by a child of git that gets no variables of ours.
        # What stands in that repository's own configuration still runs nothing: only protected settings can.
        lines = ["[safe]", *(f"\tdirectory = {_quoted(path)}" for path in self.trusted)]
        self._file.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="surrogateescape")

    @property
    def _file(self) -> Path:
        return self.home / "gitconfig"

    def run(self, *arguments: str) -> bytes:
        """Standard output. GitFailed, OutputTooLarge, TeamFault("fetch_timeout"), HostFault("git_missing")."""
        with tempfile.TemporaryFile(dir=self.home) as out, tempfile.TemporaryFile(dir=self.home) as err:
            try:
                process = subprocess.Popen(
                    ["git", *arguments],
                    cwd=self.home,
                    env=environment(self._file, local=self.local, pins=self.pins),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                )
            except FileNotFoundError:
                raise HostFault("git_missing", "Git is not installed here", fix="Install git.") from None
            try:
                self._bound(process.pid)
                self._wait(process, out.fileno())
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            if os.fstat(out.fileno()).st_size > OUTPUT_BYTES:
                raise OutputTooLarge
            out.seek(0)
            err.seek(0)
            if process.returncode != 0:
                said = clean(err.read(OUTPUT_BYTES), lines=12)
                raise GitFailed(said or f"git {arguments[0]} ended with status {process.returncode}")
            return out.read()

    def _bound(self, pid: int) -> None:
        """Limits that its children inherit: a pack that never ends, an object that unfolds to gigabytes, a spin."""
        if sys.platform != "linux":
            return
        seconds = int(self.seconds) + 1
        for what, value in (
            (resource.RLIMIT_FSIZE, self.file_bytes),
            (resource.RLIMIT_AS, ADDRESS_SPACE_BYTES),
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_CORE, 0),
        ):
            try:
                resource.prlimit(pid, what, (value, value))
            except ProcessLookupError:
                return  # it has ended already
            except ValueError:
                continue  # this process itself has a lower bound, which git inherited

    def _wait(self, process: subprocess.Popen[bytes], out: int) -> None:
        while True:
            try:
                process.wait(POLL_S)
                return
            except subprocess.TimeoutExpired:
                self.cancellation.check()
            if time.monotonic() > self._ends:
                raise TeamFault(
                    "fetch_timeout",
                    "The repository could not be fetched in time",
                    detail=f"The limit is {self.seconds:g} s.",
                    fix="Make the repository smaller: take data sets, models and build results out of its history.",
                )
            if os.fstat(out).st_size > OUTPUT_BYTES:
                raise OutputTooLarge


def _quoted(path: Path) -> str:
    """A value of git's configuration syntax."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'
