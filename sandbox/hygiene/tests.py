"""Tests in a source: files by the usual names, and functions by what a test runner would collect."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from sandbox.tree import Tree

MOST_FILES = 50
FUNCTION = re.compile(
    r"^[ \t]*(?:async +)?def test\w*[ \t]*\(|^[ \t]*(?:it|test)[ \t]*\(\s{0,100}['\"`]"
    r"|^func Test\w+\(|@Test\b|#\[(?:\w+::)?test\]",
    re.MULTILINE,
)


def found(tree: Tree, paths: list[str]) -> dict[str, Any]:
    """{"files": at most MOST_FILES, "functions": how many of all files}"""
    files = [path for path in paths if _is_test(tree, PurePosixPath(path))]
    return {"files": files[:MOST_FILES], "functions": sum(len(FUNCTION.findall(tree.read(path))) for path in files)}


def _is_test(tree: Tree, path: PurePosixPath) -> bool:
    stem, suffix = path.stem.lower(), path.suffix.lower()
    if suffix == ".py":
        return stem.startswith("test_") or stem.endswith("_test") or stem in ("test", "tests")
    if suffix in (".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts"):
        return stem.endswith((".test", ".spec", "-spec", "_test")) or not {"__tests__", "test", "tests"}.isdisjoint(
            path.parts[:-1]
        )
    if suffix == ".rs":  # unit tests stand beside the code that they test
        return "test" in str(path).lower() or "#[cfg(test)]" in tree.read(str(path))
    return (suffix == ".go" and stem.endswith("_test")) or (suffix in (".java", ".kt") and "test" in str(path).lower())
