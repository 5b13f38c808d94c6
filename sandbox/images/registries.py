"""Asking registries: one pull at a time, and a registry that did not answer is left alone for some minutes."""

from __future__ import annotations

import time

from sandbox.engine import Engine, Image
from sandbox.faults import HostFault
from sandbox.images.recipe import Say
from sandbox.images.reference import DEFAULT_REGISTRY

UNREACHABLE_S = 300.0
# What a registry that did answer says; anything else (no such host, time-out, rate limit) is the way to it.
_ANSWERS = ("manifest unknown", "not found", "access denied", "does not exist", "no matching manifest", "unauthorized")
# Registry host -> when it may be asked again, on the monotonic clock of this process.
_silent_until: dict[str, float] = {}


class Unreachable(Exception):
    """The registry could not be asked, now or a short while ago."""


class NoSuchImage(Exception):
    """The registry answered that it does not have the image, or not for us."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


def pull(name: str, engine: Engine, say: Say) -> Image:
    """Pull one image. Raises Unreachable or NoSuchImage; a fault of the engine itself goes through."""
    host = _host(name)
    if _silent_until.get(host, 0.0) > time.monotonic():
        raise Unreachable(host)
    say(f"pulling {name}")
    try:
        return engine.pull(name)
    except HostFault as error:
        if error.id != "image_unavailable":
            raise
        said = f"{error.title}\n{error.detail}"
        if any(answer in said.lower() for answer in _ANSWERS):
            raise NoSuchImage(error.detail or error.title) from None
        _silent_until[host] = time.monotonic() + UNREACHABLE_S
        say(f"the registry {host} cannot be reached from here; not asked again for {UNREACHABLE_S / 60:.0f} minutes")
        raise Unreachable(host) from None


def forget() -> None:
    """Ask every registry again (a person asked for it, or a test)."""
    _silent_until.clear()


def _host(name: str) -> str:
    head, slash, _ = name.partition("/")
    return head if slash and ("." in head or ":" in head or head == "localhost") else DEFAULT_REGISTRY
