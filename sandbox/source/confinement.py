"""What git is confined to for one fetch, as the specification that `cell.py` reads."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.limits import GIB
from sandbox.source import cell
from sandbox.source.environment import CERTIFICATES
from sandbox.source.scratch import Scratch, may_change_user

# Git maps packs into memory, so that its address space may be larger than what it uses.
ADDRESS_SPACE_BYTES = 2 * GIB
PROCESSES, OPEN_FILES = 64, 256
# Of one process, as `pack.threads` says: its time on the processor may be as many times the clock's.
THREADS = 2
# What git, its certificates and its look-up of names are read from; absent ones are left out.
SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/etc/ld.so.cache", "/etc/localtime"),
    *("/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/crypto-policies", "/etc/alternatives"),
    *("/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/gai.conf", "/etc/services"),
    *("/dev/urandom", "/dev/zero"),
)


def describe() -> dict[str, Any]:
    """{own_user, landlock}: whether git gets a user of its own, and the kernel's version of Landlock (0: none)."""
    linux = sys.platform == "linux"
    return {"own_user": may_change_user(), "landlock": cell.landlock_version() if linux else 0}


@dataclass(frozen=True)
class Confinement:
    """`git` is the program's whole path; `ports` what it may connect to (None: no fence for the network)."""

    git: Path
    scratch: Scratch
    file_bytes: int
    ports: Sequence[int] | None = None
    fenced: bool = True

    def command(self, arguments: Sequence[str], seconds: float, env: Mapping[str, str]) -> list[str]:
        """The whole command line; that of git alone where there is no cell (macOS)."""
        git = [str(self.git), *arguments]
        if sys.platform != "linux":
            return git
        specification = {
            "uid": self.scratch.uid,
            "limits": self._limits(seconds),
            "seconds": seconds,
            "parent": os.getpid(),
            "landlock": self._fence(env) if self.fenced and cell.landlock_version() else None,
        }
        return [sys.executable, "-I", "-S", "-B", cell.__file__, json.dumps(specification), *git]

    def _limits(self, seconds: float) -> list[tuple[int, int]]:
        limits = [
            (resource.RLIMIT_FSIZE, self.file_bytes),
            (resource.RLIMIT_AS, ADDRESS_SPACE_BYTES),
            (resource.RLIMIT_CPU, THREADS * (int(seconds) + cell.MARGIN_S)),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NOFILE, OPEN_FILES),
        ]
        # Counted for the user as a whole: it can be told only where the user is this fetch's own.
        return limits if self.scratch.uid is None else [*limits, (resource.RLIMIT_NPROC, PROCESSES)]

    def _fence(self, env: Mapping[str, str]) -> dict[str, Any]:
        ours = [env[name] for name in CERTIFICATES if name in env]
        above = self.git.resolve().parent.parent
        return {
            "read": [*SYSTEM, *ours, *([] if above == Path("/") else [str(above)]), str(self.scratch.home)],
            "write": [str(self.scratch.work), os.devnull],
            "connect": None if self.ports is None else list(self.ports),
        }
