"""Reading the settings files of other platforms: tolerant, bounded, never raising."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from typing import Any

from sandbox.hints import MAX_TEXT
from sandbox.manifest import reading
from sandbox.sourcetext.placeholders import PLACEHOLDER
from sandbox.tree import Tree

# What our own runs decide, or what is about another machine.
_OURS = frozenset(
    {
        "PORT",
        "HOST",
        "WEB_CONCURRENCY",
        "PYTHON_VERSION",
        "NODE_VERSION",
        "POETRY_VERSION",
        "RUBY_VERSION",
        "GO_VERSION",
    }
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
# Members that are versions: the zero of 3.10 counts.
_VERSIONS = frozenset({"python_version", "sdk_version"})
MOST_VALUES = 64


def yaml_of(text: str) -> dict[str, Any]:
    """The members of a YAML text; {} for anything else."""
    try:
        value = reading.read(text, texts=_VERSIONS).value
    except reading.Unreadable:
        return {}
    return value if isinstance(value, dict) else {}


def toml_of(tree: Tree, path: str) -> dict[str, Any]:
    """The members of a TOML file; {} for anything else."""
    try:
        return tomllib.loads(tree.read(path, MAX_TEXT))
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def json_of(tree: Tree, path: str) -> dict[str, Any]:
    """The members of a JSON file; {} for anything else."""
    try:
        value = json.loads(tree.read(path, MAX_TEXT) or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def member(document: Any, *names: str) -> Any:
    """The member below several names, None where one of them is not there."""
    for name in names:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def text_of(value: Any) -> str:
    """A value as a command line or a path; "" for what is none."""
    if isinstance(value, list):
        value = " ".join(str(one) for one in value if isinstance(one, str | int))
    return " ".join(value.split())[:2000] if isinstance(value, str) else ""


def port_of(value: Any) -> int | None:
    """A port, None for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536 else None


def paths_of(*values: Any) -> tuple[str, ...]:
    """Those values that are paths of an address."""
    found = [value for value in values if isinstance(value, str) and re.fullmatch(r"/[!-~]{0,199}", value)]
    return tuple(dict.fromkeys(found))


def env_of(pairs: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    """Names with a value that can be given; True stands for a secret that the platform would make up."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name in _OURS or len(found) >= MOST_VALUES:
            continue
        if value is True:
            found[name] = PLACEHOLDER
        elif isinstance(value, str | int | float) and str(value) and "\0" not in str(value):
            found[name] = str(value)[:4096]
    return found


def folder_of(tree: Tree, value: Any) -> str:
    """A folder of the tree that a file names, "" for the root and for what is not there."""
    path = text_of(value).strip("/").removeprefix("./").rstrip("/")
    return path if path and path != "." and any(one.startswith(f"{path}/") for one in tree.paths) else ""
