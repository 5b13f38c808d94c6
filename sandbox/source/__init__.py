"""Source: from what a person names (an address, a folder, an archive) to a snapshot with a digest."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path

from sandbox.faults import Cancellation, HostFault, TeamFault
from sandbox.limits import Limits
from sandbox.source import archive, repository, snapshot
from sandbox.source.address import Address, checked
from sandbox.source.snapshot import Snapshot

__all__ = ["Snapshot", "fetch"]
Say = Callable[[str, float | None], None]
FREE_BYTES = 1024**3


def fetch(
    source: str,
    ref: str,
    limits: Limits,
    workspace: Path,
    *,
    allow_local: bool = True,
    cancellation: Cancellation | None = None,
    say: Say = lambda _text, _fraction: None,
) -> Snapshot:
    """Bring a source into the workspace. `allow_local` admits folders, archives and private addresses: for a caller
    on the same machine, never for a stranger. TeamFault says what is wrong with the source, HostFault with us."""
    workspace.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(workspace).free < FREE_BYTES:
        raise HostFault("disk_full", "Our disk is nearly full", fix="Make room on the worker's disk.")
    cancellation = cancellation or Cancellation()
    say("fetching the source", None)
    try:
        if _is_address(source):
            found = checked(source, only_public=not allow_local)
        else:
            found = Address(str(_local(source, allow_local)))
        path = Path(found.url)
        if not _is_address(source) and path.is_file():
            root, facts = archive.fetch(path, limits, workspace)
        else:
            root, facts = repository.fetch(
                found, ref, limits, workspace, allow_local=not _is_address(source), cancellation=cancellation
            )
        digest = snapshot.pack(root, workspace / snapshot.ARCHIVE)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise HostFault("disk_full", "Our disk is full", fix="Make room on the worker's disk.") from error
        raise
    say("fetched", 1.0)
    return Snapshot(root, facts | {"archive_sha256": digest, "lfs_pointers": snapshot.lfs_pointers(root)})


def _is_address(source: str) -> bool:
    return "://" in source or source.startswith(("-", "ext::"))


def _local(source: str, allow_local: bool) -> Path:
    """A folder with a repository in it, or an archive, on this machine."""
    if not allow_local:
        raise TeamFault(
            "address_refused",
            "Only https addresses are fetched",
            detail=source[:200],
            fix="Push the repository to a git host and give its https address.",
        )
    path = Path(source).expanduser().resolve()
    if not path.exists():
        raise TeamFault(
            "repository_not_found", "There is nothing at this path", detail=str(path)[:200], fix="Look at its spelling."
        )
    if path.is_file():
        if not archive.is_archive(path):
            raise TeamFault(
                "archive_invalid",
                "This file is no archive",
                detail=path.name,
                fix="Give a folder, a .tar.gz or a .zip.",
            )
        return path
    if not (path / ".git").exists() and not (path / "objects").is_dir():
        raise TeamFault(
            "not_a_repository",
            "The folder is not a git repository",
            detail=str(path)[:200],
            fix="Run git init, git add . and git commit in it, or give an archive of it.",
        )
    return path
