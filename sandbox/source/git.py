"""Git as a reader of strangers' repositories: an empty environment, no credentials, no hooks, no links, a deadline.

Measured reasons for each option stand in the design notes; the short form: a bare `git clone ADDRESS` runs commands
that the address or the repository names.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from sandbox.faults import Cancellation, HostFault, TeamFault, clean

OUTPUT_BYTES = 16 * 1024 * 1024
POLL_S = 0.2
CONFIG = {
    "advice.detachedHead": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.protectHFS": "true",
    "core.protectNTFS": "true",
    # Links become small text files: nothing in the tree can point out of it.
    "core.symlinks": "false",
    "credential.helper": "",
    "gc.auto": "0",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "1000",
    "http.lowSpeedTime": "20",
    "protocol.version": "2",
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
    "transfer.fsckObjects": "false",
}


class GitFailed(Exception):
    """Git ended with an error; `said` is the end of what it wrote, cleaned."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


class Git:
    """Runs git with one deadline for everything together."""

    def __init__(
        self, seconds: float, cancellation: Cancellation, *, allow_local: bool, pins: Sequence[str] = ()
    ) -> None:
        self._ends = time.monotonic() + seconds
        self._seconds = seconds
        self._cancellation = cancellation
        self._config = dict(CONFIG)
        self._pins = pins
        self._protocols = "http:https:file" if allow_local else "http:https"

    def environment(self, trusted: Path | None) -> dict[str, str]:
        """Nothing of ours but PATH and where certificates are; configuration by variables, which no file overrides."""
        pairs = [*self._config.items(), *(("http.curloptResolve", pin) for pin in self._pins)]
        if trusted is not None:
            # A checkout of another owner is read on purpose; its own configuration still runs nothing.
            pairs.append(("safe.directory", str(trusted)))
        env = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": os.devnull,
            "LC_ALL": "C.UTF-8",
            "GIT_ALLOW_PROTOCOL": self._protocols,
            "GIT_ASKPASS": "/bin/false",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_COUNT": str(len(pairs)),
        }
        for number, (key, value) in enumerate(pairs):
            env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        kept = ("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE")
        return env | {name: os.environ[name] for name in kept if name in os.environ}

    def run(self, *arguments: str, cwd: Path | None = None, trusted: Path | None = None) -> bytes:
        """Standard output, at most OUTPUT_BYTES. GitFailed, TeamFault("fetch_timeout"), HostFault("git_missing")."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            try:
                process = subprocess.Popen(
                    ["git", *arguments],
                    cwd=cwd,
                    env=self.environment(trusted),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                )
            except FileNotFoundError:
                raise HostFault("git_missing", "Git is not installed here", fix="Install git.") from None
            try:
                self._wait(process, out.fileno())
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            out.seek(0)
            err.seek(0)
            if process.returncode != 0:
                raise GitFailed(clean(err.read(OUTPUT_BYTES), lines=12))
            return out.read(OUTPUT_BYTES + 1)

    def _wait(self, process: subprocess.Popen[bytes], out: int) -> None:
        while True:
            try:
                process.wait(POLL_S)
                return
            except subprocess.TimeoutExpired:
                self._cancellation.check()
            if time.monotonic() > self._ends:
                raise TeamFault(
                    "fetch_timeout",
                    "The repository could not be fetched in time",
                    detail=f"The limit is {self._seconds:.0f} s.",
                    fix="Make the repository smaller: take data sets, models and build results out of its history.",
                )
            if os.fstat(out).st_size > OUTPUT_BYTES:
                raise TeamFault(
                    "too_many_files",
                    "The repository's list of files is larger than the limit",
                    fix="Take generated files and installed packages out of the repository.",
                )
