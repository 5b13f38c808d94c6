"""Cleaning up after evaluations whose process is gone: containers, build steps, volumes, networks, images, the rest."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

from sandbox.engine import folders, layers
from sandbox.engine.api import Api, EngineRefusal
from sandbox.engine.buildgroup import remove_left_over
from sandbox.engine.buildsteps import build_steps
from sandbox.engine.held import holders, let_go
from sandbox.engine.owner import EVALUATION, OWNER, evaluation_of, is_kept, may_live, name_of

IMAGES = "assay/evaluation"
# An image without the name of its process is an older version's.
NAMELESS_S = 2 * 3600.0

# What a site says of an evaluation: somebody works on it; it waits to be resumed, which needs its image and nothing
# else; it is over; or it is not this site's, and its process has to be looked for.
Standing = Literal["held", "waiting", "over", "unknown"]
Ask = Callable[[str], Standing]


def unknown(_key: str) -> Standing:
    """What somebody says who has no site."""
    return "unknown"


def reap(api: Api, alive: frozenset[str], standing: Ask = unknown) -> list[str]:
    """Remove what belongs to evaluations that nobody works on; returns what was removed, in words.

    `alive` are keys that are held. Of the others `standing` is asked, each time just before something would go: a lease
    taken a moment ago counts. What is waiting or over goes at once, whoever made it: a worker that hangs has lost its
    lease. What nobody knows stays while the process that made it lives and its time is not over, since a second program
    (`assay run` beside a site) cleans up after itself. Nothing is chosen by a label alone.
    """

    def ask(key: str) -> Standing:
        return "held" if key in alive else standing(key)

    removed = [*_build_steps(api, ask), *_containers(api, ask), *_volumes(api, ask), *_networks(api, ask)]
    removed += [*_images(api, ask), *layers.remove_unused(api), *folders.remove_left_over()]
    if api.local:
        removed += remove_left_over()
    return removed


def _is_over(api: Api, said: Standing, labels: Mapping[str, str]) -> bool:
    return said in ("waiting", "over") or (said == "unknown" and not is_kept(labels, local=api.local))


def _containers(api: Api, ask: Ask) -> list[str]:
    removed = []
    for summary in api.containers({"label": [EVALUATION]}):
        key = evaluation_of(summary)
        if key is not None and _is_over(api, ask(key), summary["Labels"]):
            api.remove(summary["Id"])
            removed.append(f"container {summary['Names'][0].lstrip('/')}")
    return removed


def _build_steps(api: Api, ask: Ask) -> list[str]:
    """Steps of builds whose process has ended. Mostly none: the engine ends them when it loses the connection."""
    removed = []
    for step in build_steps(api):
        # Without a key it makes an image of ours, perhaps for a process that cannot be seen from here.
        said = ask(step.evaluation) if step.evaluation else "held"
        if said in ("waiting", "over") or (said == "unknown" and not may_live(step.owner, local=api.local)):
            api.kill(step.id)
            api.remove(step.id)
            removed.append(f"build step {step.id[:12]}")
    return removed


def _volumes(api: Api, ask: Ask) -> list[str]:
    return _named("volume", api, api.volumes(), api.remove_volume, ask)


def _networks(api: Api, ask: Ask) -> list[str]:
    """Those of evaluations. The network that all builds share stays: it is everybody's."""
    return _named("network", api, api.networks(), api.remove_network, ask)


def _named(kind: str, api: Api, found: list[dict[str, Any]], remove: Callable[[str], None], ask: Ask) -> list[str]:
    removed = []
    for summary in found:
        labels = summary.get("Labels") or {}
        key, name = labels.get(EVALUATION), str(summary["Name"])
        if key and name.startswith(name_of(key, "")) and _is_over(api, ask(key), labels):
            try:
                remove(name)
            except EngineRefusal:
                continue  # a container that is just going still uses it: the next round takes it
            removed.append(f"{kind} {name}")
    return removed


def _images(api: Api, ask: Ask) -> list[str]:
    removed, held = [], {(one.image, one.tag): one for one in holders(api)}
    for summary in api.images(IMAGES):
        for name in summary.get("RepoTags") or ():
            repository, _, tag = name.rpartition(":")
            holder = held.pop((str(summary["Id"]), tag), None)
            # An image that several evaluations share was labelled by none of them, but perhaps by its team.
            labels = holder.labels if holder else summary.get("Labels") or {}
            # The label tells how the key is spelt; it counts only where it is the key of the name that we gave.
            key = labels.get(EVALUATION, "")
            said = ask(key if key.lower() == tag.partition(".")[0] else tag)
            if repository == IMAGES and _is_image_over(api, said, labels, summary):
                try:
                    # Not with the steps below it, which another build may have just begun to use: layers.py asks first.
                    api.remove_image(name, prune=False)
                except EngineRefusal:
                    continue  # a container of another program uses it
                removed.append(f"image {name}")
                if holder is not None:
                    let_go(api, tag)
    for holder in held.values():  # of images that have lost the evaluation's own name
        if _is_over(api, ask(holder.labels[EVALUATION]), holder.labels):
            let_go(api, holder.tag)
    return removed


def _is_image_over(api: Api, said: Standing, labels: Mapping[str, str], summary: Mapping[str, Any]) -> bool:
    """Its last labels are the engine's request's, so that an image of ours has the name of its process from us."""
    if said != "unknown":
        return said == "over"
    if OWNER in labels:
        return not is_kept(labels, local=api.local)
    return time.time() > int(summary["Created"]) + NAMELESS_S
