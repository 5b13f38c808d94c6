"""Removing all that Assay ever made on an engine: what `make clean` promises."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.engine import budget, downloads
from sandbox.engine.api import Api, EngineRefusal
from sandbox.engine.buildnet import NETWORK
from sandbox.engine.held import HELD
from sandbox.engine.layers import remove_unused
from sandbox.engine.reap import IMAGES, reap

# Dependents before what they are built on.
REPOSITORIES = (IMAGES, HELD, *budget.REPOSITORIES)


def purge(api: Api) -> list[str]:
    """Reap, then remove every image of ours that nothing uses and the builds' network; what was removed, in words."""
    removed = reap(api, frozenset())
    for name in _names(api):
        try:
            api.remove_image(name)
        except EngineRefusal:
            continue  # a container of another program uses it
        removed.append(f"image {name}")
    removed += remove_unused(api)
    removed += downloads.remove(api)
    try:
        api.remove_network(NETWORK)
        removed.append(f"network {NETWORK}")
    except EngineRefusal:
        pass  # another program is building on it
    return removed


def _names(api: Api) -> Iterator[str]:
    """Names of ours, and those under which bases were pulled for us."""
    for summary in api.all_images():
        yield from budget.pulled_names(summary, (budget.PULLED,))
    for repository in REPOSITORIES:
        for summary in api.images(repository):
            yield from summary.get("RepoTags") or ()
