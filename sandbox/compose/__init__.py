"""Compose files: reading a stack's description, taking what can run here, and naming what is never obeyed.

Source of the rules: the Compose Specification (compose-spec), as far as one machine without volumes of the host needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.compose.files import NAMES, Files
from sandbox.compose.service import Service, read_service
from sandbox.compose.text import Unreadable
from sandbox.compose.variables import Variables, read_variables
from sandbox.plan import Note
from sandbox.pysource.entrypoint import is_aside
from sandbox.tree import Tree

DEEPEST = 2
MOST_SERVICES = 24


@dataclass(frozen=True)
class Stack:
    """A compose file and what it names. `folder` is where it lies: every path counts from there ("" is the root).

    `why` are sentences about how it was read.
    """

    path: str
    services: tuple[Service, ...]
    notes: tuple[Note, ...]
    refused: tuple[Note, ...]
    why: tuple[str, ...] = ()

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
    """The stack of a compose file and of those that it names; Unreadable when it is none."""
    folder = path.rpartition("/")[0]
    files = Files(tree)
    document = files.whole(path)
    described = document["services"]
    variables = read_variables(tree.below(folder))
    services: list[Service] = []
    refused: list[Note] = []
    for key, value in list(described.items())[:MOST_SERVICES]:
        service, said = read_service(str(key), value, tree, variables, folder=folder, shared=document)
        refused += said
        if service is not None:
            services.append(service)
    beyond = [str(name)[:60] for name in described][MOST_SERVICES:]
    if beyond:
        refused.append(Note("services_left_out", f"Only {MOST_SERVICES} services are read: not {', '.join(beyond)}."))
    notes = tuple(_notes(variables, services))
    why = (*files.why, *(sentence for service in services for sentence in service.why))
    return Stack(path, tuple(services), notes, (*files.left, *refused), why)


def _notes(variables: Variables, services: list[Service]) -> Iterator[Note]:
    if variables.note and variables.used:
        yield Note("environment_example", variables.note)
    for service in services:
        yield from service.notes


__all__ = ["NAMES", "Stack", "Unreadable", "find", "read"]
