"""Cleaning up after evaluations whose process is gone: containers, build steps, images, control groups."""

from __future__ import annotations

import time

from sandbox.engine.api import Api, EngineRefusal
from sandbox.engine.build import MARK, NETWORK, OWNER_MARK
from sandbox.engine.buildgroup import remove_left_over
from sandbox.engine.owner import EVALUATION, evaluation_of, is_kept, owner_lives

IMAGES = "assay/evaluation"
IMAGE_S = 2 * 3600.0


def reap(api: Api, alive: frozenset[str]) -> list[str]:
    """Remove what belongs to evaluations that are not in `alive`; returns what was removed, in words.

    Kept, too, is what a process that still runs on this machine has made and whose time is not over: a second program
    (`assay run` beside a site) cleans up after itself. Images stay for two hours, for an evaluation that is resumed.
    The network of builds stays: it is everybody's. Nothing is chosen by a label alone.
    """
    removed = _containers(api, alive) + _build_steps(api, alive) + _images(api, alive)
    if api.local:
        removed += remove_left_over()
    return removed


def _containers(api: Api, alive: frozenset[str]) -> list[str]:
    removed = []
    for summary in api.containers({"label": [EVALUATION]}):
        key = evaluation_of(summary)
        if key is None or key in alive or is_kept(summary["Labels"]):
            continue
        api.remove(summary["Id"])
        removed.append(f"container {summary['Names'][0].lstrip('/')}")
    return removed


def _build_steps(api: Api, alive: frozenset[str]) -> list[str]:
    """Steps of builds whose process has ended. Mostly none: the engine ends them when it loses the connection."""
    removed = []
    for summary in api.containers({"network": [NETWORK]}):
        inspected = api.inspect(summary["Id"]) or {}
        hosts = [host.partition(":")[0] for host in (inspected.get("HostConfig") or {}).get("ExtraHosts") or ()]
        keys = [host.removeprefix(MARK).partition("-")[2] for host in hosts if host.startswith(MARK)]
        owners = [host.removeprefix(OWNER_MARK) for host in hosts if host.startswith(OWNER_MARK)]
        # Without a key it makes an image of ours, perhaps for a process that cannot be seen from here.
        if not any(keys) or keys[0] in alive or any(owner_lives(owner) for owner in owners):
            continue
        api.kill(summary["Id"])
        api.remove(summary["Id"])
        removed.append(f"build step {summary['Id'][:12]}")
    return removed


def _images(api: Api, alive: frozenset[str]) -> list[str]:
    tags_alive = {key.lower() for key in alive}
    removed = []
    for summary in api.images(IMAGES):
        if time.time() < int(summary["Created"]) + IMAGE_S:
            continue
        for name in summary.get("RepoTags") or ():
            repository, _, tag = name.rpartition(":")
            if repository == IMAGES and tag not in tags_alive:
                try:
                    api.remove_image(name)
                except EngineRefusal:
                    continue  # a container of another program uses it
                removed.append(f"image {name}")
    return removed
