"""Ways in which applications are asked, one file each: by requests of HTTP, or as their own pages do it.

A file's `KIND` is all that the rest knows of it. `sandbox/inside/ask.py` sends what `request` gives; a conversation
that is more than one request names its `asker`, whose script is `sandbox/inside/asker_<asker>.py`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sandbox.assistant.described import Operation
from sandbox.probes import Target

# {"path", "method", "field", "headers", "answer", "stream", "stream_field", "user", "source", "asker", ...}: where an
# application is asked. `path` and `source` are for people, `user` is None where nobody can be named, and what else it
# has is its kind's own.
Route = dict[str, Any]


@dataclass(frozen=True)
class Sight:
    """What is known of an application before it is asked: `declared` is its manifest's `ai`."""

    target: Target
    declared: Mapping[str, Any]
    described: Sequence[Operation]


def _as_asked(_route: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    """Where the model is asked for a stream, it is asked so that a person sees one."""
    return bool(seen["streamed"])


@dataclass(frozen=True)
class Kind:
    """One way of asking; they are tried in `order`.

    find          the routes that may lead to a model, the likeliest first
    request       (route, question, *, user, stream, extra) -> what the tool `ask` takes
    streams       (route, document of the probe "ai_ask") -> whether its answers are said to come bit by bit
    is_http       an answer is one of HTTP: it may say 429, and a request may say whose it is
    """

    id: str
    order: int
    find: Callable[[Sight], list[Route]]
    request: Callable[..., dict[str, Any]]
    streams: Callable[[Mapping[str, Any], Mapping[str, Any]], bool] = _as_asked
    is_http: bool = False


@cache
def all_kinds() -> tuple[Kind, ...]:
    """Every kind, in the order in which they are tried."""
    found = [importlib.import_module(f"{__name__}.{info.name}").KIND for info in pkgutil.iter_modules(__path__)]
    return tuple(sorted(found, key=lambda kind: kind.order))


def kind_of(route: Mapping[str, Any]) -> Kind:
    """The kind that found a route; one of HTTP unless it says otherwise."""
    name = route.get("asker") or "http"
    return next(kind for kind in all_kinds() if kind.id == name)


def conversation(asker: str, path: str, **known: Any) -> Route:
    """A route of an application that is not asked by a single request."""
    plain: Route = {"method": "GET", "field": "", "headers": {}, "answer": "", "stream": "", "stream_field": ""}
    return {"path": path, **plain, "user": None, "source": asker, "asker": asker, **known}
