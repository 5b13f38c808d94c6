"""A parent control group for the steps of one build, which bounds the number of processes: no option of a build does.

Only where it can be: this process is root on the engine's machine, and the engine makes its groups itself (driver
"cgroupfs"). Elsewhere builds have no bound on processes but their memory; docs/operating.md says so.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sandbox.engine.api import Api
from sandbox.engine.cgroup import ROOT
from sandbox.limits import Limits

PREFIX = "assay-build-"
GONE_WITHIN_S = 5.0
_numbers = itertools.count(1)


@contextmanager
def build_group(api: Api, info: Mapping[str, Any], limits: Limits, root: Path = ROOT) -> Iterator[str]:
    """The group's path for the engine ("/assay-build-<pid>-<number>"), "" where it cannot be made."""
    name = f"{PREFIX}{os.getpid()}-{next(_numbers)}"
    made = (
        api.local and os.geteuid() == 0 and info.get("CgroupDriver") == "cgroupfs" and _make(root, name, info, limits)
    )
    try:
        yield f"/{name}" if made else ""
    finally:
        # The group of the last step goes a moment after its container.
        until = time.monotonic() + GONE_WITHIN_S
        while made and not _remove(root, name) and time.monotonic() < until:
            time.sleep(0.05)


def remove_left_over(root: Path = ROOT) -> list[str]:
    """Remove the groups of builds whose process has ended; returns their names."""
    names = {folder.name for folder in (*root.glob(f"{PREFIX}*-*"), *root.glob(f"*/{PREFIX}*-*"))}
    gone = []
    for name in sorted(names):
        pid = name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists() and _remove(root, name):
            gone.append(f"control group {name}")
    return gone


def _make(root: Path, name: str, info: Mapping[str, Any], limits: Limits) -> bool:
    folder = root / name if str(info.get("CgroupVersion")) == "2" else root / "pids" / name
    try:
        folder.mkdir()
        (folder / "pids.max").write_text(str(limits.build_pids), encoding="ascii")
    except OSError:
        with suppress(OSError):
            folder.rmdir()
        return False
    return True


def _remove(root: Path, name: str) -> bool:
    """In every hierarchy: the engine makes the same path in each. False while one is in use: the kernel keeps it."""
    for folder in (root / name, *root.glob(f"*/{name}")):
        with suppress(OSError):
            folder.rmdir()
    return not any(folder.exists() for folder in (root / name, *root.glob(f"*/{name}")))
