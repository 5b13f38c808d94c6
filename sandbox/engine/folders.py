"""Temporary files and folders of processes that have died, and the processes that still work in such a folder."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sandbox.engine import layers
from sandbox.engine.owner import has_ended, owner_lives, owner_of_temporary
from sandbox.source.scratch import sweep

# What a process in another container left in a folder that is shared: nobody here can see whether it lives.
OLD_S = 24 * 3600.0


def remove_left_over(folder: Path | None = None) -> list[str]:
    """Remove what a process that is gone has left below the folder for temporary files; what it was, in words.

    Only what this user owns and what carries the name of such a process; a link is never followed.
    """
    folder = folder or Path(tempfile.gettempdir())
    removed = [f"temporary {name}" for name in sweep(folder)]
    for path in folder.glob("assay-*"):
        owner = owner_of_temporary(path.name)
        if has_ended(owner) and any(owner_of_temporary(path.name, one) for one in (layers.PURPOSE, layers.ENDED)):
            continue  # needed until the steps that it tells are gone: layers.py
        with suppress(FileNotFoundError):  # another reaper was faster
            found = path.lstat()
            is_over = has_ended(owner) or (time.time() > found.st_mtime + OLD_S and not owner_lives(owner))
            if not owner or not is_over or found.st_uid != os.geteuid():
                continue
            if stat.S_ISDIR(found.st_mode):
                removed += end_processes(path)
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
            removed.append(f"temporary {path.name}")
    return removed


def end_processes(folder: Path, may_end: Callable[[], bool] = lambda: True) -> list[str]:
    """Kill every process that works in a folder: git and its children outlive the worker that began them.

    `may_end` is asked once they are known: whoever took the folder over after that is not among them.
    """
    found = working_in(folder)
    ended = []
    if found and may_end():
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
                ended.append(f"process {pid} in {folder.name}")
    return ended


def working_in(folder: Path) -> list[int]:
    """Processes whose working folder is this one or below it."""
    place = str(folder.resolve())
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            here = os.readlink(entry / "cwd")  # noqa: PTH115 - of a folder that may be gone: "/path (deleted)"
        except OSError:
            continue  # ended, the kernel's own, or another user's
        if here == place or here.startswith((f"{place}/", f"{place} (deleted)")):
            found.append(int(entry.name))
    return [pid for pid in found if pid != os.getpid()]
