"""From a repository's address to a checked-out commit.

What is deliberately not followed, because each would be an address of the repository's own choosing: submodules and
files in Git LFS. They are left out and named in the facts (`submodules`, `lfs_pointers`), which the report shows; a
project that needs them commits their files. Symbolic links inside the tree become small text files and are named
(`symlinks`); one that leads out of it refuses the repository.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.faults import Cancellation, TeamFault
from sandbox.limits import MIB, Limits
from sandbox.source import failures, history, leaks, links, listing, snapshot, steps
from sandbox.source.address import Address
from sandbox.source.git import Git, GitFailed, OutputTooLarge
from sandbox.source.scratch import Scratch

DEPTH = 500
# A history may be larger than one of its trees, but not without end.
PACK_FACTOR, PACK_BYTES = 4, 64 * MIB
# A pack, a second one when the commit is on no branch, and the tree; beside the files there are branches.
PACKS, MORE_FILES = 2, 10_000
COMMIT = re.compile(r"[0-9a-f]{7,40}")
# What no branch or tag can be called (git check-ref-format), or what would be an option.
NO_REF = re.compile(r"\A-|\.\.|@\{|//|[\x00-\x20\x7f~^:?*\[\\\ud800-\udfff]|(?:\.lock|[/.])\Z|\A/")
MAX_REF_BYTES = 250
BARE = "repository"
# Files are written as they are in the commit: no encoding, line ending or keyword of the team's makes them larger.
AS_THEY_ARE = "* -text -ident !filter !working-tree-encoding !eol !crlf\n"


def fetch(
    address: Address | Path,
    ref: str,
    limits: Limits,
    workspace: Path,
    *,
    cancellation: Cancellation,
    say: Callable[[str], None],
) -> tuple[Path, dict[str, Any]]:
    """Clone without a checkout, find the commit, judge its list of files, then check out: (tree, facts)."""
    root = workspace / snapshot.TREE
    shutil.rmtree(root, ignore_errors=True)
    folder = address if isinstance(address, Path) else None
    # A folder is read through git's own protocol, not by linking its files, so that depth and checks hold for it, too.
    url = address.url if isinstance(address, Address) else f"file://{address}"
    pack_bytes = PACK_BYTES + PACK_FACTOR * limits.fetch_bytes
    # A folder of this machine is read as the person who named it; for an address git is nobody.
    with Scratch(workspace, drop=folder is None) as scratch:
        git = Git(
            scratch,
            limits.fetch_s,
            file_bytes=pack_bytes,
            all_bytes=PACKS * pack_bytes + limits.fetch_bytes,
            all_files=2 * limits.fetch_files + MORE_FILES,
            cancellation=cancellation,
            protocol=address.scheme if isinstance(address, Address) else "file",
            pins=address.pins if isinstance(address, Address) else (),
            direct=isinstance(address, Address) and address.direct,
            ports=[address.port] if isinstance(address, Address) and address.direct else None,
            fenced=folder is None,
            trusted=() if folder is None else (folder, folder / ".git"),
        )
        try:
            facts = _Clone(git, scratch.work / BARE, url, ref).check_out(root, limits, say, folder)
        except OutputTooLarge:
            raise TeamFault(
                "too_many_files",
                "The repository's list of files is larger than the limit",
                detail=f"The limit is {limits.fetch_files} files.",
                fix="Take generated files and installed packages out of the repository.",
            ) from None
        except GitFailed as failure:
            raise failures.of_reading(failure.said, url) from None
    return root, {"url": str(folder) if folder else url, "ref": ref} | facts


@dataclass
class _Clone:
    """One fetch under way. `bare` is our copy of the repository, which never has a work tree of its own."""

    git: Git
    bare: Path
    url: str
    ref: str

    def check_out(self, root: Path, limits: Limits, say: Callable[[str], None], folder: Path | None) -> dict[str, Any]:
        """Everything in order; the facts without url and ref."""
        say("cloning the repository")
        self._clone()
        commit = self._commit()
        say("reading the list of files")
        found = listing.read(self._run("ls-tree", "-r", "-l", "-z", "--full-tree", commit), limits)
        if not found.files:
            raise _empty("The commit has no files")
        links.check(self._targets(found), self.git.check)
        facts: dict[str, Any] = {"commit": commit}
        facts |= {"files": found.files, "bytes": found.bytes}
        facts |= {"symlinks": list(found.symlinks), "submodules": list(found.submodules)}
        say(f"writing {found.files} files")
        with ThreadPoolExecutor(2, "assay-history") as beside:
            # None of these needs another one, nor the files.
            told = beside.submit(self._run, "show", "--no-patch", "--format=%T%n%cI", commit, "--")
            past = beside.submit(history.read, self.git, self.bare, commit)
            sizes = beside.submit(steps.read, self.git, self.bare, commit)
            keys = beside.submit(leaks.read, self.git, self.bare, commit)
            self._write(commit)
            if folder is not None and not self.ref and (folder / ".git").exists():
                facts["dirty"] = self._differs(folder)
        # A commit may have no date that can be read.
        facts["tree"], _, dated = told.result().decode().partition("\n")
        facts["committed_at"] = dated.strip() or None
        facts["history"] = past.result() | {"steps": sizes.result(), "leaks": keys.result()}
        self.git.scratch.hand_over(root, files=found.files, size=found.bytes)
        return facts

    def _targets(self, found: listing.Listing) -> dict[bytes, bytes]:
        """Where the links of a listing lead to, by their paths."""
        asked = "".join(f"{identity}\n" for identity, _ in found.links)
        raw = self.git.run(f"--git-dir={self.bare}", "cat-file", "--batch", stdin=asked.encode()) if asked else b""
        answers, targets = io.BytesIO(raw), {}
        for _, name in found.links:
            # "ID blob SIZE", and the content on lines of its own
            targets[name] = answers.read(int(answers.readline().split()[-1]))
            answers.seek(1, io.SEEK_CUR)
        return targets

    def _run(self, *arguments: str) -> bytes:
        return self.git.run(f"--git-dir={self.bare}", *arguments)

    def _clone(self) -> None:
        if self.ref and (NO_REF.search(self.ref) or len(self.ref.encode()) > MAX_REF_BYTES):
            raise failures.no_ref(self.ref)
        branch = ["--branch", self.ref] if self.ref and not COMMIT.fullmatch(self.ref) else []
        common = [
            *("clone", "--quiet", "--bare", "--no-tags", "--no-recurse-submodules"),
            *(f"--template={self._template()}", *branch),
        ]
        given = self.url
        # Some git hosts redirect the address of the project's page to this one. Nobody is asked where to: we guess.
        for self.url in (given, given.rstrip("/") + ".git"):
            try:
                self.git.run(*common, f"--depth={DEPTH}", "--single-branch", "--", self.url, str(self.bare))
            except GitFailed as failure:
                if self.url != given or given.endswith(".git") or not failures.is_redirect(failure.said):
                    raise failures.of_clone(failure.said, given, self.ref) from None
            else:
                return

    def _template(self) -> Path:
        """What git begins a repository with: our attributes, which go before those of any tree."""
        template = self.git.scratch.home / "template"
        (template / "info").mkdir(parents=True)
        (template / "info" / "attributes").write_text(AS_THEY_ARE)
        return template

    def _commit(self) -> str:
        """The full id of the wanted commit; one that is not in the clone is fetched, by its id or with all branches."""
        wanted = self.ref if COMMIT.fullmatch(self.ref) else "HEAD"
        if found := self._known(wanted):
            return found
        if wanted == "HEAD":
            raise _empty("The repository has no commit")
        everything = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        for what in ((wanted,), everything) if len(wanted) == 40 else (everything,):
            try:
                self._run("fetch", "--quiet", "--no-tags", f"--depth={DEPTH}", "--", self.url, *what)
            except GitFailed:
                continue  # the server gives no commit by its id; the next way, or the fault below, answers
            if found := self._known(wanted):
                return found
        raise failures.no_ref(self.ref)

    def _known(self, name: str) -> str:
        try:
            return self._run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
        except GitFailed:
            return ""

    def _write(self, commit: str) -> None:
        root = self.git.scratch.tree
        try:
            self._run(f"--work-tree={root}", "checkout", "--quiet", "--force", commit, "--", ".")
        except GitFailed as failure:
            if "No space left" in failure.said:
                raise failures.of_clone(failure.said, self.url, self.ref) from None
            raise TeamFault(
                "repository_invalid",
                "The files of the commit cannot be written",
                detail=failure.said,
                fix="Rename or remove the file that git names; it may hold a .git folder or an impossible name.",
            ) from None

    def _differs(self, folder: Path) -> bool:
        """Whether the person's own folder holds work that is not in the commit, which has just been written.

        Asked with our copy and its configuration, so that no filter of the folder's own runs.
        """
        (self.bare / "info" / "attributes").unlink()  # the person's own editor may have kept to the tree's
        try:
            return bool(
                self._run(f"--work-tree={folder}", "status", "--porcelain", "-z", "--ignore-submodules=all").strip(
                    b"\0"
                )
            )
        except OutputTooLarge:
            return True
        except GitFailed:
            return False  # a file that cannot be read: nothing can be said, and the evaluation does not need it


def _empty(title: str) -> TeamFault:
    return TeamFault("repository_empty", title, fix="Commit your files and push them; then hand in again.")
