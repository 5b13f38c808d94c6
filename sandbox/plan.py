"""The plan: how one repository is built and started, and why it was decided so."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal


@dataclass(frozen=True)
class Note:
    """Something that was done or refused to a repository, with its reason: a repair, a refusal, a substitution.

    `service` is the companion that it was done to, "" for the app; `why` names it, too.
    """

    id: str
    why: str
    service: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class After:
    """What has to be true of another service before one starts: "started", "ready" (it listens) or "done" (exit 0)."""

    name: str
    until: Literal["started", "ready", "done"] = "ready"


@dataclass(frozen=True)
class Companion:
    """A service of the same stack beside the app, reached by its name.

    role        "app" (another of the team's own), "data" (a database or the like), "task" (runs once, to the end),
                "worker" (runs on and answers nobody)
    dockerfile  text of the Dockerfile to build; one FROM line for an image that is used as it is
    context     folder of the tree that is the build context
    start       argument list that replaces the image's command, or ()
    ports       ports to expect; a data service is ready when it listens on one of them
    health      paths that may mean health, for a service that speaks HTTP
    after       services that come before it
    runtime     one line for people: "PostgreSQL 15"
    room        which of the stack's network namespaces it is in; 0 is the app's
    names       further names under which it is reached, when it is in a room of its own
    buildpack   whose plan it was in a folder of its own, "" where the stack says how it is built
    """

    name: str
    role: Literal["app", "data", "task", "worker"]
    dockerfile: str
    context: str = ""
    start: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    ports: tuple[int, ...] = ()
    health: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    after: tuple[After, ...] = ()
    runtime: str = ""
    room: int = 0
    names: tuple[str, ...] = ()
    buildpack: str = ""

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Companion:
        values = _tuples(document, ("start", "ports", "health"))
        values["after"] = tuple(After(**one) for one in document["after"])
        values["names"] = tuple(document.get("names", ()))
        return cls(**values)


# Buildpacks that take what the team wrote; the Dockerfile of every other one is ours.
WRITTEN_BY_TEAM = frozenset({"dockerfile", "compose"})


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
                "routes": [{"method": "POST", "path": "/predict"}]};
                "job" is there when the app is a job, which runs to its end (see sandbox/jobs)
    name        what the other services of the stack call the app
    after       services that have to be there before the app starts
    companions  the other services of the stack, each after those that it needs
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
    name: str = "app"
    after: tuple[After, ...] = ()
    companions: tuple[Companion, ...] = ()

    @property
    def kind(self) -> Literal["service", "job"]:
        """A job runs to its end; a service stays and answers."""
        return "job" if "job" in self.hints else "service"

    @property
    def is_ours(self) -> bool:
        """We wrote the Dockerfile, since the team has none."""
        return self.buildpack not in WRITTEN_BY_TEAM

    def companion(self, name: str) -> Companion:
        """The companion of that name; StopIteration without one."""
        return next(one for one in self.companions if one.name == name)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Plan:
        """Of `to_json()`; members that are not the plan's own (the report adds some) are left out."""
        known = {name: value for name, value in document.items() if name in {spec.name for spec in fields(cls)}}
        values = _tuples(known, ("start", "ports", "health", "why", "alternatives"))
        for name in ("repairs", "refused"):
            values[name] = tuple(Note(**note) for note in values[name])
        values["after"] = tuple(After(**one) for one in known.get("after", ()))
        values["companions"] = tuple(Companion.from_json(one) for one in known.get("companions", ()))
        return cls(**values)


def _tuples(document: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return document | {name: tuple(document[name]) for name in names}
