"""The folder that one fetch works in, and the user that git is there: of this fetch alone, and gone with it."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from types import TracebackType

from sandbox.faults import HostFault

HOME, WORK, TREE = "git", "work", "tree"
PREFIX = "assay-fetch-"
# User ids that no distribution gives to anybody, so that a process with one of them belongs to one fetch only:
# neither nobody's processes nor another team's fetch can be traced or killed from it, and a process limit counts ours.
FREE_IDS = range(1_879_048_192, 2_147_483_647)
# Inside a container with mapped users there may be no more than 65,536; systemd's dynamic users end at 65,519.
FEW_IDS = range(65_520, 65_534)


class Scratch:
    """`home` is ours and git may read it, `work` is git's, with the `tree` to be in it. Leaving it removes all.

    uid    user and group of git; None where this process may not change its user, or `drop` is False
    """

    def __init__(self, workspace: Path, *, drop: bool) -> None:
        self.workspace = workspace
        self.uid = free_id() if drop and may_change_user() else None

    def __enter__(self) -> Scratch:
        self.home = self.workspace / HOME
        shutil.rmtree(self.home, ignore_errors=True)
        if self.uid is not None and not _is_open(self.workspace):
            self.home = _elsewhere()
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o711)
        self.work = self.home / WORK
        # Made before git runs: nothing is ever written by name where git writes.
        self.tree = self.work / TREE
        self.tree.mkdir(mode=0o700, parents=True)
        self.tree.chmod(0o755)
        self.work.chmod(0o700)
        if self.uid is not None:
            os.chown(self.tree, self.uid, self.uid)
            os.chown(self.work, self.uid, self.uid)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.home, ignore_errors=True)

    def exceeds(self, files: int, size: int) -> bool:
        """Whether git has written more than this, everything together: no limit of a single file sees a thousand."""
        pending, found, total = [os.fsencode(self.work)], 0, 0
        while pending:
            # Git makes and removes files while we look.
            with contextlib.suppress(FileNotFoundError, NotADirectoryError), os.scandir(pending.pop()) as entries:
                for entry in entries:
                    found += 1
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    else:
                        with contextlib.suppress(FileNotFoundError):
                            total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if found > files or total > size:
                        return True
        return False

    def hand_over(self, to: Path, *, files: int, size: int) -> None:
        """Give the tree that git wrote to our own user, and move it.

        HostFault("fetch_subverted") when it holds anything but the regular files that were judged before.
        """
        odd = ""
        for folder, folders, names in os.walk(os.fsencode(self.tree)):
            for name in (b".", *folders, *names):
                path = os.path.join(folder, name)  # noqa: PTH118 - names are bytes and may be no text at all
                state = os.lstat(path)
                if stat.S_ISREG(state.st_mode) and state.st_nlink == 1:
                    files, size = (files, size) if name == b"." else (files - 1, size - state.st_size)
                elif not stat.S_ISDIR(state.st_mode):
                    odd = odd or os.fsdecode(name)
                if self.uid is not None:
                    os.lchown(path, os.geteuid(), os.getegid())
        if odd or files < 0 or size < 0:
            raise HostFault(
                "fetch_subverted",
                "Git wrote something else than the commit holds",
                detail=odd or "There are more files or bytes than its list of files names.",
                fix="Keep the workspace, and look at this fetch: git itself may have been attacked.",
            )
        shutil.move(self.tree, to)


def may_change_user() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0


def free_id() -> int:
    """A user id for one fetch, among those that this user namespace has."""
    highest = 0
    for line in Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines():
        inside, _, count = (int(field) for field in line.split())
        highest = max(highest, inside + count - 1)
    # For telling users apart, not for a secret.
    return random.choice(FREE_IDS if highest >= FREE_IDS[-1] else FEW_IDS)  # noqa: S311


def _is_open(folder: Path) -> bool:
    """Whether every user can get to the folder, if not read it."""
    return all(place.stat().st_mode & 0o001 for place in (folder, *folder.resolve().parents))


def _elsewhere() -> Path:
    """A folder in the system's temporary one; what killed processes left there goes first."""
    base = Path(tempfile.gettempdir())
    sweep(base)
    if not _is_open(base):
        raise HostFault(
            "fetch_unconfined",
            "There is no folder that git's own user can get to",
            detail=f"Neither the workspace nor {base} may be entered by other users.",
            fix="Give the folders above the workspaces the mode 0711, or point TMPDIR to a folder that all may enter.",
        )
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=base))


def sweep(base: Path) -> list[str]:
    """Remove the scratch folders of processes that are no more; their names."""
    removed = []
    for folder in base.glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):
            if owner.isdigit() and not Path(f"/proc/{owner}").exists() and folder.lstat().st_uid == os.geteuid():
                shutil.rmtree(folder)
                removed.append(folder.name)
    return removed
