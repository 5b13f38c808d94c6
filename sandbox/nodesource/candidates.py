"""Which package of a repository is the product: servers before pages, near the root before deep."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.nodesource.managers import Manager, find_manager
from sandbox.nodesource.packages import PLAIN_PATH, Package, packages_of
from sandbox.nodesource.start import Start, start_of
from sandbox.pysource.frameworks import SELF_SERVED
from sandbox.pysource.survey import Survey
from sandbox.tree import Tree

_FIRST = re.compile(r"(?:^|[/_-])(?:server|backend|back|api|service)(?:$|[/_-])", re.IGNORECASE)
_LAST = re.compile(
    r"(?:^|[/_-])(?:frontend|front|client|ui|web|admin|dashboard|website|landing|docs?|scripts?|tools?|packages/[\w-]*"
    r"(?:config|ui|utils?|shared|common|types))(?:$|[/_-])",
    re.IGNORECASE,
)
_OTHER_LANGUAGES = re.compile(
    r"(?:^|/)(?:go\.mod|pom\.xml|build\.gradle(?:\.kts)?|Cargo\.toml|Gemfile|composer\.json)$"
)
_FOREIGN = re.compile(r"(?:^|/)(?:node_modules|vendor|examples?|tests?|android|ios|src-tauri)/")


@dataclass(frozen=True)
class Candidate:
    """A package that can be run, its manager and its start."""

    package: Package
    manager: Manager
    start: Start

    def describe(self) -> str:
        return f"{self.package.path} ({self.start.framework.title})"


def candidates(tree: Tree) -> tuple[tuple[Candidate, ...], tuple[Package, ...]]:
    """(the runnable packages, likeliest first; all packages)."""
    packages = packages_of(tree)
    found = []
    for package in packages:
        manager = find_manager(tree, package, packages)
        start = start_of(tree, package, manager)
        if start is not None and PLAIN_PATH.fullmatch(package.folder):
            found.append(Candidate(package, manager, start))

    def merit(one: Candidate) -> tuple[bool, int, int, str]:
        folder = one.package.folder
        side = bool(_LAST.search(folder)) - bool(_FIRST.search(folder))
        depth = folder.count("/") + bool(folder)
        return one.start.is_pages, side if depth else 0, depth, folder

    return tuple(sorted(found, key=merit)), packages


def is_beside(tree: Tree, found: Candidate) -> bool:
    """Whether the package only goes with an application of another language, which is the product then.

    Pages give way to any server; a server gives way to one that lies nearer to the root, or to one of Python beside it.
    """
    depth = found.package.path.count("/")
    others = [path for path in tree.paths if _OTHER_LANGUAGES.search(path) and not _FOREIGN.search(path)]
    if others and (found.start.is_pages or others[0].count("/") < depth):
        return True
    if not any(path.endswith(".py") for path in tree.paths):
        return False
    entries = [entry for entry in Survey.of(tree).entries if entry.framework is not SELF_SERVED or entry.launch]
    if found.start.is_pages:
        return bool(entries)
    return any(entry.path.count("/") < depth or (depth > 0 and entry.path.count("/") == depth) for entry in entries)
