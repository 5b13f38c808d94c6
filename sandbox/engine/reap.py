"""Cleaning up after evaluations whose process is gone: containers, build steps, images, control groups."""

from __future__ import annotations

import time

from sandbox.engine.api import Api, EngineRefusal
from sandbox.engine.buildgroup import remove_left_over
from sandbox.engine.buildsteps import build_steps
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
    for step in build_steps(api):
        # Without a key it makes an image of ours, perhaps for a process that cannot be seen from here.
        if not step.evaluation or step.evaluation in alive or owner_lives(step.owner):
            continue
        api.kill(step.id)
        api.remove(step.id)
        removed.append(f"build step {step.id[:12]}")
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
