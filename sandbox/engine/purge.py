"""Removing all that Assay ever made on an engine: what `make clean` promises."""

from __future__ import annotations

from sandbox.engine.api import Api, EngineRefusal
from sandbox.engine.buildnet import NETWORK
from sandbox.engine.reap import IMAGES, reap

# Dependents before what they are built on.
REPOSITORIES = (IMAGES, "assay/tools", "assay/base")


def purge(api: Api) -> list[str]:
    """Reap, then remove every image of ours that nothing uses and the builds' network; what was removed, in words."""
    removed = reap(api, frozenset())
    for repository in REPOSITORIES:
        for summary in api.images(repository):
            for name in summary.get("RepoTags") or ():
                try:
                    api.remove_image(name)
                except EngineRefusal:
                    continue  # a container of another program uses it
                removed.append(f"image {name}")
    try:
        api.remove_network(NETWORK)
        removed.append(f"network {NETWORK}")
    except EngineRefusal:
        pass  # another program is building on it
    return removed
