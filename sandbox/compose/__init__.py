"""Compose files: reading a stack's description, taking what can run here, and naming what is never obeyed.

Source of the rules: the Compose Specification (compose-spec), as far as one machine without volumes of the host needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from sandbox.compose.service import Service, read_service
from sandbox.compose.variables import Variables, read_variables
from sandbox.plan import Note
from sandbox.pysource.entrypoint import is_aside
from sandbox.tree import Tree

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
DEEPEST = 2
FILE_BYTES = 256 * 1024
MOST_SERVICES = 24
MOST_MERGED = 2_000
DEEPEST_EXTENDS = 4


class _Loader(yaml.SafeLoader):
    """YAML as compose reads it: `yes` is a text, `8022:22` and `3.10` are no numbers, and merges end."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        if len(node.value) > MOST_MERGED:  # each level of merges of merges can multiply the one before
            raise yaml.MarkedYAMLError(problem="too much is merged", problem_mark=node.start_mark)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL", "~nN"),
    ("merge", r"<<", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), [*_first])
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^$"), [""])


class Unreadable(Exception):
    """The file is no compose file; the text says why, in words for the team."""


@dataclass(frozen=True)
class Stack:
    """A compose file. `folder` is where it lies: every path in it counts from there ("" is the root)."""

    path: str
    services: tuple[Service, ...]
    notes: tuple[Note, ...]
    refused: tuple[Note, ...]

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


def find(tree: Tree) -> str:
    """The compose file nearest to the root, "" when there is none."""
    for path in tree.paths:
        if path.count("/") > DEEPEST:
            return ""
        if path.rpartition("/")[2] in NAMES and not path.startswith(".") and not is_aside(path):
            return path
    return ""


def read(tree: Tree, path: str) -> Stack:
    """The stack of a compose file; Unreadable when it is none."""
    folder, _, name = path.rpartition("/")
    try:
        document = yaml.load(tree.read(path, FILE_BYTES), _Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        raise Unreadable(f"{name} is not YAML" + (f" (line {line + 1})" if line is not None else "")) from None
    described = document.get("services") if isinstance(document, dict) else None
    if not isinstance(described, dict) or not described:
        raise Unreadable(f"{name} has no services")
    variables = read_variables(tree.below(folder))
    services, refused = [], []
    for key, value in list(described.items())[:MOST_SERVICES]:
        service, said = read_service(
            str(key), _extended(value, described), tree, variables, folder=folder, shared=document
        )
        refused += said
        if service is not None:
            services.append(service)
    notes = tuple(_notes(variables, services))
    return Stack(path, tuple(services), notes, tuple(refused))


def _extended(value: Any, services: dict[Any, Any], depth: int = 0) -> Any:
    """The service with what it extends in the same file: mappings and lists are joined, the rest is replaced."""
    named = value.get("extends") if isinstance(value, dict) else None
    base = named if isinstance(named, str) else named.get("service") if isinstance(named, dict) else None
    other = services.get(base) if isinstance(base, str) and depth < DEEPEST_EXTENDS else None
    if not isinstance(other, dict) or (isinstance(named, dict) and named.get("file")):
        return value
    joined = dict(_extended(other, services, depth + 1))
    joined.pop("depends_on", None)  # the specification leaves this one to each service
    for key, own in value.items():
        theirs = joined.get(key)
        if isinstance(own, dict) and isinstance(theirs, dict):
            joined[key] = theirs | own
        elif isinstance(own, list) and isinstance(theirs, list) and key not in ("command", "entrypoint"):
            joined[key] = [*theirs, *own]
        else:
            joined[key] = own
    return joined


def _notes(variables: Variables, services: list[Service]) -> Iterator[Note]:
    if variables.note and variables.used:
        yield Note("environment_example", variables.note)
    for service in services:
        yield from service.notes
