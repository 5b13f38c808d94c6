"""Compose files: reading a stack's description, taking what can run here, and naming what is never obeyed.

Source of the rules: the Compose Specification (compose-spec), as far as one machine without volumes of the host needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from sandbox.compose.service import Service, read_service
from sandbox.compose.variables import Variables, read_variables
from sandbox.plan import Note
from sandbox.tree import Tree

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
DEEPEST = 2
FILE_BYTES = 256 * 1024
MOST_SERVICES = 24


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
        if path.rpartition("/")[2] in NAMES and not path.startswith("."):
            return path
    return ""


def read(tree: Tree, path: str) -> Stack:
    """The stack of a compose file; Unreadable when it is none."""
    inside = tree.below(path.rpartition("/")[0])
    name = path.rpartition("/")[2]
    try:
        document = yaml.safe_load(tree.read(path, FILE_BYTES))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        raise Unreadable(f"{name} is not YAML" + (f" (line {line + 1})" if line is not None else "")) from None
    described = document.get("services") if isinstance(document, dict) else None
    if not isinstance(described, dict) or not described:
        raise Unreadable(f"{name} has no services")
    variables = read_variables(inside)
    services, refused = [], []
    for key, value in list(described.items())[:MOST_SERVICES]:
        service, said = read_service(str(key), value, inside, variables)
        refused += said
        if service is not None:
            services.append(service)
    notes = tuple(_notes(variables, services))
    return Stack(path, tuple(services), notes, tuple(refused))


def _notes(variables: Variables, services: list[Service]) -> Iterator[Note]:
    if variables.note and variables.used:
        yield Note("environment_example", variables.note)
    for service in services:
        yield from service.notes
