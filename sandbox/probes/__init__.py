"""Probes, one file each: all the I/O of an observation. A probe asks one kind of question and answers JSON."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from sandbox.engine import Image, Pod, Service
from sandbox.faults import Cancellation, TeamFault
from sandbox.gateway import Models
from sandbox.limits import Limits
from sandbox.plain import plain
from sandbox.plan import Plan
from sandbox.training.hidden import HiddenRows
from sandbox.tree import Tree
from sandbox.workshop import Workshop


@dataclass(frozen=True)
class SourceTarget:
    """What a probe of the source may look at. `history` is `Snapshot.history`: {commits, authors, first_at, ...}.

    `settings` is a manifest's text that counts more than the repository's own (`sandbox.manifest.manifest_of`).
    """

    tree: Tree
    source: dict[str, Any]
    settings: str = ""


@dataclass
class Target:
    """What a probe of the running service may look at and use.

    `seen` holds the documents of the probes before it; after "boot" it has seen["boot"]["port"] and
    seen["boot"]["health_path"]. `started_at` is when the service was started, on the monotonic clock.
    `say(text, fraction)` reports progress within the probe. `taken` are ports of other services of the stack.
    `models` is the gateway that answers its calls of models, None when it makes none. `companions` are the services
    beside it, by the name that the plan gives them, as far as they have been started. `room` is the namespace of the
    pod that it is in: the app's is 0. `workshop` makes images on top of the app's, None when the source is lost.
    `waited_s` is what a probe has waited for other evaluations or a quiet host: it does not count as the team's time.
    `hidden` are the rows of the event that only its organiser has.
    """

    pod: Pod
    service: Service
    image: Image
    plan: Plan
    limits: Limits
    seen: dict[str, dict[str, Any]]
    started_at: float
    say: Callable[[str, float | None], None]
    cancellation: Cancellation = field(default_factory=Cancellation)
    taken: frozenset[int] = frozenset()
    models: Models | None = None
    companions: Mapping[str, Service] = field(default_factory=dict)
    workshop: Workshop | None = None
    room: int = 0
    waited_s: float = 0.0
    hidden: HiddenRows | None = field(default=None, repr=False)

    @property
    def port(self) -> int:
        return int(self.seen["boot"]["port"])


@dataclass(frozen=True)
class Probe:
    """`on` "source" probes read the tree even when the build fails; "service" probes run in `order` (boot is 0).

    A plan whose app is a job, which runs to its end, is looked at by the "job" probes instead; "app"
    probes look at both kinds.
    A `secret` one comes after all others: what the services write from then on is told to nobody.
    `look` does the work; `gather` makes plain what it saw, because a team's words and numbers are in it.
    """

    id: str
    version: int
    order: int
    on: Literal["source", "service", "job", "app"]
    question: str
    look: Callable[[Any], dict[str, Any]] = field(repr=False)
    secret: bool = False

    def gather(self, target: Any) -> dict[str, Any]:
        """The probe's document; TeamFault (with what was seen as its `evidence`) or HostFault."""
        try:
            document: dict[str, Any] = plain(self.look(target))
        except TeamFault as fault:
            fault.evidence = plain(fault.evidence)
            raise
        return document


@cache
def all_probes() -> tuple[Probe, ...]:
    """Every probe, in the order in which they run."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    probes = [importlib.import_module(f"{__name__}.{name}").PROBE for name in names]
    return tuple(sorted(probes, key=lambda probe: (probe.on != "source", probe.secret, probe.order, probe.id)))
