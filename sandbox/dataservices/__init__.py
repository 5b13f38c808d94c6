"""Data services, one file each: the databases and queues that a stack may name, and how each is run here."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from sandbox.images.reference import parse


def as_it_is(image: str) -> str:
    """The Dockerfile of an image that needs nothing."""
    return f"FROM {image}\n"


def as_user(user: str) -> Callable[[str], str]:
    """The Dockerfile of an official image whose entrypoint steps down from root, which nobody can here.

    Started as its service's user from the beginning, it neither changes owners nor users: those images allow it.
    """
    return lambda image: f"FROM {image}\nUSER {user}\n"


@dataclass(frozen=True)
class DataService:
    """One kind. The image itself comes as every base does: pulled, from a mirror, or a stand-in.

    images      names without registry and tag ("postgres", "bitnami/postgresql")
    ports       it is ready when it listens on one of them
    env         what its image needs to start, where the stack says nothing
    dockerfile  makes the Dockerfile's text of the image that the stack names
    variables   what its clients usually read, given to an app whose manifest asks for it: {name} is the service's
                name, {secret} its password
    setup       what its image has to be told for these to hold: {secret} again
    drivers     packages that are of no use without it, for applications which nobody gave one
    settings    patterns of the settings by which such code asks for it, with their values: {name} and {secret} again
    at_need     given so only to an application that does not come up without it: many can do with something else
    """

    id: str
    title: str
    images: tuple[str, ...]
    ports: tuple[int, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    dockerfile: Callable[[str], str] = as_it_is
    variables: Mapping[str, str] = field(default_factory=dict)
    setup: Mapping[str, str] = field(default_factory=dict)
    drivers: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    at_need: bool = False


@cache
def all_data_services() -> tuple[DataService, ...]:
    """Every kind, by its id."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").SERVICE for name in names)


def kind_of(image: str) -> DataService | None:
    """The kind that an image's name means, None for anything else."""
    try:
        name = parse(image).name
    except ValueError:
        return None
    last = name.removeprefix("ghcr.io/").removeprefix("quay.io/")
    return next((kind for kind in all_data_services() if last in kind.images), None)
