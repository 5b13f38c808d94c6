"""From a repository's address to a checked-out commit."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from sandbox.faults import Cancellation, HostFault, TeamFault
from sandbox.limits import Limits
from sandbox.source import history, listing, snapshot
from sandbox.source.address import Address
from sandbox.source.git import Git, GitFailed

DEPTH = 500
COMMIT = re.compile(r"[0-9a-f]{7,40}")
# git's own words, most telling first: (pattern, fault id, title, fix).
FAILURES = (
    (
        r"could not read Username|Authentication failed|terminal prompts disabled|HTTP.* 40[13]|error: 40[13]",
        "repository_private",
        "The repository is private, or there is none at this address",
        "Make it public, or look at the spelling: git hosts ask for a password when a repository does not exist.",
    ),
    (
        r"not found|does not exist|error: (?:404|30\d)|redirect|not a git repository|info/refs not valid",
        "repository_not_found",
        "There is no repository at this address",
        "Open the address in a private browser window and copy it from the Code button.",
    ),
    (
        r"Could not resolve host",
        "repository_not_found",
        "There is no host of this name",
        "Look at the spelling of the address; open it in a private browser window.",
    ),
    (
        r"protocol .* not allowed|transport .* not allowed",
        "address_refused",
        "Only https addresses are fetched",
        "Give the https address that the git host's Code button shows.",
    ),
)


def fetch(
    address: Address, ref: str, limits: Limits, workspace: Path, *, allow_local: bool, cancellation: Cancellation
) -> tuple[Path, dict[str, Any]]:
    """Clone without a checkout, find the commit, judge its list of files, then check out: (tree, facts)."""
    git = Git(limits.fetch_s, cancellation, allow_local=allow_local, pins=address.pins)
    bare, root = workspace / "repository", workspace / snapshot.TREE
    for folder in (bare, root):
        shutil.rmtree(folder, ignore_errors=True)
    trusted = Path(address.url) if address.url.startswith("/") else None
    common = ["clone", "--quiet", "--bare", "--no-tags", "--no-recurse-submodules", "--template=", f"--depth={DEPTH}"]
    # A folder is read through git's own protocol, not by linking its files, so that depth and checks hold for it, too.
    url = f"file://{address.url}" if trusted else address.url
    named = ["--branch", ref] if ref and not COMMIT.fullmatch(ref) else ["--single-branch"]
    try:
        git.run(*common, *named, "--", url, str(bare), trusted=trusted)
    except GitFailed as failure:
        raise _whose(failure, ref) from None
    commit = _commit(git, bare, url, ref, trusted)
    raw = git.run(f"--git-dir={bare}", "ls-tree", "-r", "-l", "-z", "--full-tree", commit, trusted=bare)
    found = listing.read(raw, limits)
    root.mkdir()
    try:
        git.run(
            f"--git-dir={bare}",
            f"--work-tree={root}",
            "checkout",
            "--quiet",
            "--force",
            commit,
            "--",
            ".",
            trusted=bare,
        )
    except GitFailed as failure:
        raise TeamFault(
            "repository_invalid",
            "The files of the commit cannot be written",
            detail=failure.said,
            fix="Rename or remove the file that git names; it may hold a .git folder or an impossible name.",
        ) from None
    dates = (
        git.run(f"--git-dir={bare}", "show", "--no-patch", "--format=%T%n%cI", commit, trusted=bare).decode().split()
    )
    facts = {
        "url": address.url,
        "ref": ref,
        "commit": commit,
        "tree": dates[0],
        "committed_at": dates[1],
        "files": found.files,
        "bytes": found.bytes,
        "symlinks": list(found.symlinks),
        "submodules": list(found.submodules),
        "history": history.read(git, bare, commit),
    }
    shutil.rmtree(bare, ignore_errors=True)
    return root, facts


def _commit(git: Git, bare: Path, url: str, ref: str, trusted: Path | None) -> str:
    """The full id of the wanted commit; a commit deeper than the clone is fetched by its id."""
    wanted = ref if COMMIT.fullmatch(ref or "") else "HEAD"
    for attempt in (0, 1):
        try:
            return (
                git.run(f"--git-dir={bare}", "rev-parse", "--verify", "--quiet", f"{wanted}^{{commit}}", trusted=bare)
                .decode()
                .strip()
            )
        except GitFailed:
            if wanted == "HEAD":
                raise TeamFault(
                    "repository_empty",
                    "The repository has no commit",
                    fix="Commit your files and push them; then hand in again.",
                ) from None
            if attempt:
                break
        for what in [wanted] if len(wanted) == 40 else ["+refs/heads/*:refs/heads/*"]:
            try:
                git.run(
                    f"--git-dir={bare}",
                    "fetch",
                    "--quiet",
                    f"--depth={DEPTH}",
                    "--",
                    url,
                    what,
                    trusted=trusted or bare,
                )
            except GitFailed:
                break
    raise _no_ref(ref)


def _no_ref(ref: str) -> TeamFault:
    return TeamFault(
        "ref_not_found",
        "The branch, tag or commit does not exist in the repository",
        detail=ref[:200],
        fix="Look at its spelling, push it if it is only on your machine, or leave it empty for the default branch.",
    )


def _whose(failure: GitFailed, ref: str) -> TeamFault | HostFault:
    """A failed clone in the words that help."""
    said = failure.said
    if re.search(r"Remote branch .* not found|Could not find remote branch", said):
        return _no_ref(ref)
    if re.search(r"No space left on device|unable to write file", said):
        return HostFault("disk_full", "Our disk is full", detail=said, fix="Make room on the worker's disk.")
    for pattern, fault, title, fix in FAILURES:
        if re.search(pattern, said, re.IGNORECASE):
            return TeamFault(fault, title, detail=said, fix=fix)
    if re.search(r"Could not connect|Failed to connect|Connection refused|timed out|too slow|SSL|early EOF", said):
        return TeamFault(
            "repository_unreachable",
            "The git host did not answer as it should",
            detail=said,
            fix="Try again in some minutes; if it stays so, move the repository to a host that answers.",
        )
    return TeamFault(
        "repository_not_found",
        "The repository could not be cloned",
        detail=said,
        fix="Clone it from another machine with the same address to see what is wrong.",
    )
