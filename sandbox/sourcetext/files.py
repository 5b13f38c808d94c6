"""Source files of one language that belong to the product, without their comments."""

from __future__ import annotations

import re

from sandbox.sourcetext.source import Source, blanked
from sandbox.tree import Tree

MAX_FILES = 1_500
MAX_CHARACTERS = 8 * 1024 * 1024
_ASIDE = re.compile(
    r"(?:^|/)(?:vendor|node_modules|target|build|out|dist|third_party|testdata|tests?|benches|examples?|docs?|\.[^/]+)/",
    re.IGNORECASE,
)
# Packages of Java are folders with names of all kinds, com/example the commonest of them.
_ASIDE_OF_JAVA = re.compile(r"(?:^|/)(?:node_modules|target|build|out|tests?|androidTest|\.[^/]+)/", re.IGNORECASE)
# Strings first, so that the "//" of an address does not begin a comment.
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|//[^\n]*|/\*.*?\*/', re.DOTALL)


def sources(tree: Tree, suffix: str, *, tests: re.Pattern[str] | None = None) -> tuple[Source, ...]:
    """Files with the suffix (".go"), nearest to the root first; those of tests, examples and vendored code are not."""
    found: list[Source] = []
    characters = 0
    for path in tree.paths:
        if not path.endswith(suffix) or is_aside(path) or (tests and tests.search(path)):
            continue
        text = tree.read(path)
        characters += len(text)
        if len(found) >= MAX_FILES or characters > MAX_CHARACTERS:
            break
        found.append(Source(path, without_comments(text)))
    return tuple(found)


def without_comments(text: str) -> str:
    """The text with // and /* */ comments replaced by their line ends, strings kept."""
    return blanked(text, _TOKEN)


def is_aside(path: str) -> bool:
    """Whether a path lies in a folder of tests, examples, documents or foreign code."""
    if path.endswith((".java", ".kt")):
        return _ASIDE_OF_JAVA.search(re.split(r"(?<=/)src/main/", f"/{path}", maxsplit=1)[0]) is not None
    return _ASIDE.search(path) is not None
