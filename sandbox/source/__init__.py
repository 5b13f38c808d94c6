"""Source: from what a person names (an address, a folder, an archive) to a snapshot with a digest."""

from __future__ import annotations

import errno
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sandbox.faults import Cancellation, HostFault, TeamFault
from sandbox.limits import Limits
from sandbox.source import archive, members, repository, snapshot
from sandbox.source.address import checked
from sandbox.source.snapshot import Snapshot

__all__ = ["Snapshot", "fetch"]
Say = Callable[[str, float | None], None]
FREE_BYTES = 1024**3
# "git@host:owner/name.git", and "host.org/owner/name" as people copy it.
SSH_SHORT = re.compile(r"(?:[\w.-]+@)([\w.-]+):(?!//)(.+)")
NO_SCHEME = re.compile(r"(?:www\.)?[\w-]+(?:\.[\w-]+)+/[^/]+/[^/]+/?")


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
    """Bring a source into the workspace. `allow_local` admits folders, archives, http and private addresses: for a
    caller on the same machine, never for a stranger. TeamFault says what is wrong with the source, HostFault with us.
    """
    workspace.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(workspace).free < FREE_BYTES:
        raise HostFault("disk_full", "Our disk is nearly full", fix="Make room on the worker's disk.")
    wish = cancellation or Cancellation()

    def tell(text: str) -> None:
        wish.check()
        say(text, None)

    tell("fetching the source")
    try:
        place = _place(source, allow_local)
        if place is not None and _is_archive(place):
            root, facts = archive.fetch(place, limits, workspace, _clock(limits, wish))
        else:
            found = place or checked(source, only_public=not allow_local)
            root, facts = repository.fetch(found, ref, limits, workspace, cancellation=wish, say=tell)
        tell("packing the source")
        digest = snapshot.pack(root, workspace / snapshot.ARCHIVE)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise HostFault("disk_full", "Our disk is full", fix="Make room on the worker's disk.") from error
        raise
    say("fetched", 1.0)
    facts |= {"archive_sha256": digest, "archive": snapshot.ARCHIVE, "lfs_pointers": snapshot.lfs_pointers(root)}
    return Snapshot(root, facts)


def _place(source: str, allow_local: bool) -> Path | None:
    """The path that a source names on this machine; None when it is an address for `checked`."""
    if match := SSH_SHORT.fullmatch(source):
        raise _refused(source, f"Give the https address: https://{match[1]}/{match[2]}")
    if source.startswith("file://") and allow_local:
        return Path(unquote(urlsplit(source).path)).resolve()
    if "://" in source or "::" in source or source.startswith("-"):
        return None
    if "\0" in source or not source.strip():
        raise _refused(source, "Give a folder, an archive or the https address of a repository.")
    if not allow_local:
        raise _refused(source, "Push the repository to a git host and give its https address.")
    path = Path(source).expanduser()
    if NO_SCHEME.fullmatch(source) and not path.exists():
        raise _refused(source, f"Give the whole address: https://{source}")
    return path.resolve()


def _is_archive(path: Path) -> bool:
    """True for an archive, False for a folder with a repository in it; TeamFault for anything else."""
    try:
        if path.is_file():
            if members.kind_of(path):
                return True
            raise TeamFault(
                "archive_invalid",
                "This file is no archive",
                detail=path.name,
                fix="Give a folder, a .tar.gz or a .zip.",
            )
        if not path.exists():
            raise _missing(path, "There is nothing at this path", "Look at its spelling.")
        if (path / ".git").exists() or (path / "objects").is_dir():
            return False
    except PermissionError:
        fix = "Give yourself the right to read it, or name another copy."
        raise _missing(path, "This path may not be read", fix) from None
    above = next((parent for parent in path.parents if (parent / ".git").exists()), None)
    raise TeamFault(
        "not_a_repository",
        "The folder is not a git repository",
        detail=f"{str(path)[:200]}" + (f"\nIt lies in the repository {above}." if above else ""),
        fix="Run git init, git add . and git commit in it, or give an archive of it.",
    )


def _missing(path: Path, title: str, fix: str) -> TeamFault:
    return TeamFault("repository_not_found", title, detail=str(path)[:200], fix=fix)


def _clock(limits: Limits, cancellation: Cancellation) -> Callable[[], None]:
    """Raises when the time is over or somebody asked to stop."""
    ends = time.monotonic() + limits.fetch_s

    def check() -> None:
        cancellation.check()
        if time.monotonic() > ends:
            raise TeamFault(
                "fetch_timeout",
                "The archive could not be unpacked in time",
                detail=f"The limit is {limits.fetch_s:g} s.",
                fix="Leave data sets, models and installed packages out.",
            )

    return check


def _refused(source: str, fix: str) -> TeamFault:
    return TeamFault(
        "address_refused", "Only https addresses are fetched", detail=source[:200], fix=fix.rstrip(".") + "."
    )
