"""What a source declares to be installed: lock files, manifests, and how many packages name one exact version."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from sandbox.tree import Tree

LOCK_FILES = frozenset(
    [
        "uv.lock",
        "poetry.lock",
        "pdm.lock",
        "pylock.toml",
        "Pipfile.lock",
        "conda-lock.yml",
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "yarn.lock",
        "bun.lock",
        "bun.lockb",
        "deno.lock",
        "Cargo.lock",
        "go.sum",
        "Gemfile.lock",
        "composer.lock",
        "gradle.lockfile",
    ]
)
NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
EXACT = re.compile(r"\d[\w.+-]*")
# A line of environment.yml: "- numpy=1.26.4", also below "- pip:" as "- flask==3.0".
CONDA = re.compile(r"^[ \t]*-[ \t]+([A-Za-z][\w.-]*)[^\S\n]*(==?[^\S\n]*\d[\w.]*)?[^:\n]*$", re.MULTILINE)

# (name of a package, whether one exact version is named)
Declared = Iterator[tuple[str, bool]]


def found(tree: Tree, paths: list[str]) -> dict[str, Any]:
    """{"lock_files", "manifests", "declared": packages by name, "pinned": of those, to one version by some manifest}"""
    manifests = [path for path in paths if _reader(path)]
    packages: dict[str, bool] = {}
    for path in manifests:
        reader = _reader(path)
        for name, exact in _read(reader, tree.read(path)) if reader else ():
            key = canonicalize_name(name)
            packages[key] = packages.get(key, False) or exact
    return {
        "lock_files": [path for path in paths if PurePosixPath(path).name in LOCK_FILES],
        "manifests": manifests,
        "declared": len(packages),
        "pinned": sum(packages.values()),
    }


def _reader(path: str) -> Callable[[str], Declared] | None:
    name = PurePosixPath(path).name
    if name.endswith(".txt") and (name.startswith("requirements") or PurePosixPath(path).parent.name == "requirements"):
        return _lines
    if name in ("environment.yml", "environment.yaml"):
        return _conda
    return {"pyproject.toml": _pyproject, "Pipfile": _pipfile, "package.json": _package_json}.get(name)


def _read(reader: Callable[[str], Declared], text: str) -> list[tuple[str, bool]]:
    """A manifest that cannot be read declares nothing: it is the build's matter."""
    try:
        return [*reader(text)]
    except (ValueError, TypeError, AttributeError, RecursionError):
        return []


def _lines(text: str) -> Declared:
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    yield from _requirements(line for line in lines if line and not line.startswith("-"))


def _requirements(lines: Iterable[Any]) -> Declared:
    for line in lines:
        name = NAME.match(str(line))
        if name:
            yield name[0], "==" in str(line) or "@" in str(line)


def _pyproject(text: str) -> Declared:
    document = tomllib.loads(text)
    yield from _requirements(document.get("project", {}).get("dependencies", []))
    yield from _table(document.get("tool", {}).get("poetry", {}).get("dependencies", {}), leave=("python",))


def _pipfile(text: str) -> Declared:
    yield from _table(tomllib.loads(text).get("packages", {}))


def _package_json(text: str) -> Declared:
    yield from _table(json.loads(text).get("dependencies", {}))


def _table(table: dict[str, Any], leave: tuple[str, ...] = ()) -> Declared:
    """Versions by name; a table stands for a path or a repository, which are as exact as the team made them."""
    for name, wanted in table.items():
        version = wanted.get("version", "0") if isinstance(wanted, dict) else wanted
        if name not in leave:
            yield name, bool(EXACT.fullmatch(str(version).lstrip("= v")))


def _conda(text: str) -> Declared:
    body = text.partition("dependencies:")[2]
    for name, version in CONDA.findall(body):
        if name not in ("pip", "python"):
            yield name, bool(version)
