"""The plan: how one repository is built and started, and why it was decided so."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Note:
    """Something that was done or refused to a repository, with its reason: a repair, a refusal, a substitution."""

    id: str
    why: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Plan:
    """What a buildpack decided from reading a tree. Pure: making one runs nothing.

    buildpack   the deciding buildpack's id
    dockerfile  full text of the Dockerfile to build; FROM lines still name what is wanted, the resolver swaps them
    context     folder of the tree that is the build context ("" is the root)
    start       argument list that replaces the image's command, or () to keep the image's own
    env         environment given to the running service beside PORT and HOST (platform-injected, listed in the report)
    ports       ports to expect, likeliest first; the kernel's listen table has the last word
    health      paths that the framework is known to answer health on, likeliest first
    files       files added to the context by us, path -> text (never overwrites a team's file)
    runtime     one line for people: "Python 3.12, FastAPI by uvicorn"
    why         sentences: what was seen that led here, in the order it mattered
    hints       facts for later stages: {"framework": "fastapi", "openapi": "/openapi.json",
                "routes": [{"method": "POST", "path": "/predict"}]}
    """

    buildpack: str
    version: int
    dockerfile: str
    context: str = ""
    start: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    ports: tuple[int, ...] = ()
    health: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    runtime: str = ""
    why: tuple[str, ...] = ()
    repairs: tuple[Note, ...] = ()
    refused: tuple[Note, ...] = ()
    alternatives: tuple[str, ...] = ()
    hints: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Plan:
        values = dict(document)
        for name in ("start", "ports", "health", "why", "alternatives"):
            values[name] = tuple(values[name])
        for name in ("repairs", "refused"):
            values[name] = tuple(Note(**note) for note in values[name])
        return cls(**values)
