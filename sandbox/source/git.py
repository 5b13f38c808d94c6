"""Git as a reader of strangers' repositories: one deadline for all that it does, and bounds on all that it writes."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sandbox.faults import Cancellation, HostFault, TeamFault, clean
from sandbox.source import failures
from sandbox.source.cell import UNCONFINED
from sandbox.source.confinement import Confinement
from sandbox.source.environment import environment
from sandbox.source.scratch import Scratch

OUTPUT_BYTES = 32 * 1024 * 1024
SAID_BYTES = 1024 * 1024
POLL_S = 0.1
ANSWER_S = 30.0
# All that git needs for a fetch beside itself. No other transport is there to be named, and no other way to connect.
PROGRAMS = ("git-remote-http", "git-remote-https", "git-upload-pack")
# The first that knows http.curloptResolve; earlier ones pass over it in silence, and ask the name server again.
PINS_SINCE = (2, 37)
# Looking at all that was written costs a walk through it.
LOOK_S = 1.0
# The cell needs a moment to kill what git started; then it is killed itself.
END_S = 3.0


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

    file_bytes  largest file it may write (a pack)          protocol  the only transport: "https", "http" or "file"
    all_bytes   everything that it may write, and all_files pins      "host:port:ip" that names must resolve to
    trusted     folders that may belong to another user     direct    without our proxy
    ports       what it may connect to; None: anything      fenced    may it read only what git needs?
    """

    scratch: Scratch
    seconds: float
    file_bytes: int
    all_bytes: int
    all_files: int
    cancellation: Cancellation
    protocol: str
    pins: Sequence[str] = ()
    direct: bool = False
    ports: Sequence[int] | None = None
    fenced: bool = True
    trusted: Sequence[Path] = ()
    _ends: float = field(init=False)

    def __post_init__(self) -> None:
        self._ends = time.monotonic() + self.seconds
        # A file, because a repository of another owner is opened by a child of git that gets no variables of ours.
        # What stands in that repository's own configuration still runs nothing: only protected settings can.
        lines = ["[safe]", *(f"\tdirectory = {_quoted(path)}" for path in self.trusted)]
        self._file.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="surrogateescape")
        self._file.chmod(0o644)

    @property
    def _file(self) -> Path:
        return self.scratch.home / "gitconfig"

    def check(self) -> None:
        """Raises Cancelled, or TeamFault("fetch_timeout") after the deadline."""
        self.cancellation.check()
        if time.monotonic() > self._ends:
            raise TeamFault(
                "fetch_timeout",
                "The repository could not be fetched in time",
                detail=f"The limit is {self.seconds:g} s.",
                fix="Make the repository smaller: take data sets, models and build results out of its history.",
            )

    def run(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Standard output. GitFailed, OutputTooLarge, TeamFault("fetch_timeout", "source_too_large"), HostFault."""
        home = self.scratch.home
        with (
            tempfile.TemporaryFile(dir=home) as given,
            tempfile.TemporaryFile(dir=home) as out,
            tempfile.TemporaryFile(dir=home) as err,
        ):
            given.write(stdin)
            given.seek(0)
            process = self._started(arguments, given.fileno(), out.fileno(), err.fileno())
            try:
                self._wait(process, out.fileno(), err.fileno())
            finally:
                if process.poll() is None:
                    _end(process)
            if os.fstat(out.fileno()).st_size > OUTPUT_BYTES:
                raise OutputTooLarge
            out.seek(0)
            err.seek(max(0, os.fstat(err.fileno()).st_size - SAID_BYTES))
            said = clean(err.read(SAID_BYTES), lines=12)
            if process.returncode == UNCONFINED:
                raise HostFault(
                    "fetch_unconfined",
                    "Git could not be confined",
                    detail=said,
                    fix="Let the worker run as root or as an ordinary user on a kernel whose limits it may lower.",
                )
            if process.returncode != 0:
                raise GitFailed(said or f"git {arguments[0]} ended with status {process.returncode}")
            return out.read()

    def briefly(self, seconds: float, *arguments: str) -> bytes | None:
        """Standard output of a question that may stay open: None when it fails, says too much or takes longer."""
        try:
            return replace(self, seconds=min(seconds, self.seconds)).run(*arguments)
        except (GitFailed, OutputTooLarge, TeamFault):
            return None

    def _started(self, arguments: Sequence[str], given: int, out: int, err: int) -> subprocess.Popen[bytes]:
        git = shutil.which("git")
        if git is None:
            raise HostFault("git_missing", "Git is not installed here", fix="Install git.")
        programs = self._programs(git)
        env = environment(self._file, programs, protocol=self.protocol, pins=self.pins, direct=self.direct)
        if self.pins and version(git) < PINS_SINCE:
            raise HostFault(
                "git_too_old",
                "The git of this machine cannot be held to the address that was checked",
                detail=f"{git} is {'.'.join(map(str, version(git)))}.",
                fix=f"Install git {'.'.join(map(str, PINS_SINCE))} or later.",
            )
        confinement = Confinement(Path(git), self.scratch, self.file_bytes, self.ports, self.fenced)
        left = max(0.0, self._ends - time.monotonic())
        return subprocess.Popen(
            confinement.command(arguments, left, env),
            cwd=self.scratch.work,
            env=env,
            stdin=given,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )

    def _programs(self, git: str) -> Path:
        """A folder with what git may start. A server can make it start more: http-fetch, for any address it names."""
        folder = self.scratch.home / "programs"
        if not folder.exists():
            folder.mkdir()
            folder.chmod(0o755)
            there = Path(_said(git, "--exec-path").strip())
            for program in (Path(git), *(there / name for name in PROGRAMS if (there / name).exists())):
                (folder / program.name).symlink_to(program.resolve())
        return folder

    def _wait(self, process: subprocess.Popen[bytes], out: int, err: int) -> None:
        look_at = time.monotonic() + LOOK_S
        while True:
            if not _ends_within(process, POLL_S):
                self.cancellation.check()
            if os.fstat(out).st_size > OUTPUT_BYTES:
                raise OutputTooLarge
            if time.monotonic() > look_at or process.returncode is not None:
                if self.scratch.exceeds(self.all_files, self.all_bytes):
                    raise failures.too_large(
                        "It unfolds to more files or bytes than any commit within the limits needs."
                    )
                look_at = time.monotonic() + LOOK_S
            if process.returncode is not None:
                return
            if os.fstat(err).st_size > SAID_BYTES:
                raise failures.too_large("The server has more to say than a git host has.")
            self.check()


def _ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether it ends in that time; told at once where the kernel can tell it, which `Popen.wait` does not ask."""
    with contextlib.suppress(AttributeError, OSError):  # macOS, and a kernel that does not let us
        handle = os.pidfd_open(process.pid)
        try:
            end = select.poll()
            end.register(handle, select.POLLIN)
            end.poll(seconds * 1000)
            return process.poll() is not None
        finally:
            os.close(handle)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    return process.returncode is not None


def version(git: str) -> tuple[int, ...]:
    """The version of this program, (0,) when it does not say."""
    found = re.search(r"\d+(?:\.\d+)+", _said(git, "--version"))
    return tuple(map(int, found[0].split("."))) if found else (0,)


@functools.cache
def _said(git: str, asked: str) -> str:
    return subprocess.run([git, asked], capture_output=True, text=True, timeout=ANSWER_S, check=False).stdout


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the cell kill all that git started, also what left the group; then the group, whoever still is in it."""
    if sys.platform == "linux":
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_S)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _quoted(path: Path) -> str:
    """A value of git's configuration syntax."""
    text = str(path).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'
