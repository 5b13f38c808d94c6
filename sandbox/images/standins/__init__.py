"""Stand-ins: images built here that serve a wanted one when no registry does. One file a kind, found by being there."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sandbox.images.recipe import Recipe
from sandbox.images.reference import Reference


@dataclass(frozen=True)
class Offer:
    """What would be built, and in one clause how it differs from what was wanted ("" when it does not)."""

    recipe: Recipe
    note: str = ""


@dataclass(frozen=True)
class StandIn:
    """One kind. A module of this package defines STANDIN.

    names   images that it can serve: official ones by their short name ("python"), others in full ("owner/name")
    tags    references worth listing on this machine, or a function that says them
    offer   the recipe for one wanted reference, or None when that tag cannot be served honestly
    """

    id: str
    names: tuple[str, ...]
    offer: Callable[[Reference], Offer | None]
    tags: Iterable[str] | Callable[[], Iterable[str]] = field(default=())

    def listed(self) -> tuple[str, ...]:
        """References that this machine can serve, for `assay images`."""
        return tuple(self.tags() if callable(self.tags) else self.tags)


@functools.cache
def all_standins() -> tuple[StandIn, ...]:
    """Every kind, in the order of its id."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    return tuple(sorted((module.STANDIN for module in modules), key=lambda kind: kind.id))


def offer_for(wanted: Reference) -> Offer | None:
    """The offer of the kind that serves this name, or None."""
    for kind in all_standins():
        if (wanted.official or wanted.name) in kind.names:
            return kind.offer(wanted)
    return None
