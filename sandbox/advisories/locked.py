"""Packages with one exact version each, read from lock files: (ecosystem, name, version) as OSV names them."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from packaging.utils import canonicalize_name

from sandbox.tree import Tree

Package = tuple[str, str, str]
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*==\s*([\w.!+-]+)", re.MULTILINE)
GO = re.compile(r"^(\S+) v([\w.+-]+) h1:", re.MULTILINE)
MOST = 5_000


def packages(tree: Tree) -> list[tuple[Package, str]]:
    """((ecosystem, name, version), the file that says so), each package once, at most MOST."""
    found: dict[Package, str] = {}
    for path in tree.paths:
        reader = _reader(PurePosixPath(path).name)
        if reader is None or "node_modules" in path:
            continue
        try:
            for package in reader(tree.read(path, 8 * 1024 * 1024)):
                found.setdefault(package, path)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            continue  # a lock file that cannot be read is the build's matter
        if len(found) >= MOST:
            break
    return list(found.items())[:MOST]


def _reader(name: str) -> Callable[[str], Iterator[Package]] | None:
    if re.fullmatch(r"requirements[\w.-]*\.txt|constraints[\w.-]*\.txt", name):
        return _requirements
    return {
        "uv.lock": _toml("PyPI", "package"),
        "poetry.lock": _toml("PyPI", "package"),
        "pdm.lock": _toml("PyPI", "package"),
        "Cargo.lock": _toml("crates.io", "package"),
        "Pipfile.lock": _pipfile,
        "package-lock.json": _npm,
        "go.sum": _go,
    }.get(name)


def _requirements(text: str) -> Iterator[Package]:
    for name, version in PINNED.findall(text):
        yield "PyPI", canonicalize_name(name), version


def _toml(ecosystem: str, table: str) -> Callable[[str], Iterator[Package]]:
    def read(text: str) -> Iterator[Package]:
        for row in tomllib.loads(text).get(table, []):
            name = str(row["name"])
            yield ecosystem, canonicalize_name(name) if ecosystem == "PyPI" else name, str(row.get("version", ""))

    return read


def _pipfile(text: str) -> Iterator[Package]:
    document: dict[str, Any] = json.loads(text)
    for group in ("default", "develop"):
        for name, row in document.get(group, {}).items():
            if str(row.get("version", "")).startswith("=="):
                yield "PyPI", canonicalize_name(name), row["version"][2:]


def _npm(text: str) -> Iterator[Package]:
    """Lock file versions 2 and 3: `packages` by their place below node_modules."""
    for place, row in json.loads(text).get("packages", {}).items():
        name = place.rpartition("node_modules/")[2]
        if name and isinstance(row, dict) and row.get("version"):
            yield "npm", name, str(row["version"])


def _go(text: str) -> Iterator[Package]:
    for name, version in GO.findall(text):
        yield "Go", name, version
