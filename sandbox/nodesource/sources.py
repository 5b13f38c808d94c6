"""Source files of one Node.js package that belong to the product, without their comments."""

from __future__ import annotations

import re

from sandbox.nodesource.packages import Package
from sandbox.sourcetext.source import Source, blanked
from sandbox.tree import Tree

MAX_FILES = 400
MAX_CHARACTERS = 4 * 1024 * 1024
MAX_FILE_BYTES = 256 * 1024
_SOURCE = re.compile(r"(?:\.[cm]?[jt]sx?|(?:^|/)bin/www)$")
_ASIDE = re.compile(
    r"(?:^|/)(?:node_modules|dist|build|out|coverage|public|static|tests?|__tests__|__mocks__|spec|e2e|cypress|examples?"
    r"|docs?|client|frontend|\.[^/]+)/|\.(?:test|spec|min|d|stories|config)\.[cm]?[jt]sx?$",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|(?<![:\\])//[^\n]*|/\*.*?\*/""", re.DOTALL
)


def sources_of(tree: Tree, package: Package, others: tuple[Package, ...] = ()) -> tuple[Source, ...]:
    """The package's own files, nearest to its root first; those of packages inside it are not its own."""
    prefix = f"{package.folder}/" if package.folder else ""
    inner = tuple(f"{one.folder}/" for one in others if one.folder.startswith(prefix) and one.folder != package.folder)
    found: list[Source] = []
    characters = 0
    for path in tree.paths:
        if not path.startswith(prefix) or not _SOURCE.search(path) or _ASIDE.search(path[len(prefix) :]):
            continue
        if inner and path.startswith(inner):
            continue
        text = without_comments(tree.read(path, MAX_FILE_BYTES))
        characters += len(text)
        if len(found) == MAX_FILES or characters > MAX_CHARACTERS:
            break
        found.append(Source(path, text))
    return tuple(found)


def without_comments(text: str) -> str:
    """The text with // and /* */ comments replaced by their line ends, strings kept."""
    return blanked(text, _TOKEN)
