"""The download cache on the engine: a volume that only our egress programs mount, and what they and builds are told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sandbox import downloads
from sandbox.downloads.clients import is_old, variables
from sandbox.downloads.offer import NONE, VOLUME, Offer
from sandbox.engine.api import Api, EngineRefusal
from sandbox.engine.budget import FLOOR_BYTES, budget_bytes, engine_disk
from sandbox.engine.policy import STORE
from sandbox.engine.stages import images_named
from sandbox.faults import HostFault
from sandbox.limits import Limits


def downloads_for(
    api: Api, folder: Path, dockerfile: str, files: Mapping[str, str], *, at: str, limits: Limits
) -> Offer:
    """What one build gets of the cache; NONE when it is off or nothing of the build would ask it."""
    indexes = downloads.indexes()
    if indexes is None:
        return NONE
    environments = [
        ((api.inspect_image(name) or {}).get("Config") or {}).get("Env") or () for name in images_named(dockerfile)
    ]
    given = variables(dockerfile, folder, files, at, is_old_node=is_old(environments))
    if not given:
        return NONE
    disk = engine_disk(api)
    try:
        allowed = budget_bytes(indexes.budget, disk[0] if disk else None)
    except ValueError:
        said = f"ASSAY_DOWNLOADS_BUDGET must be a size such as 10GB or a share such as 5%, not {indexes.budget!r}"
        raise HostFault("setting_invalid", said, fix="Change or unset that variable.") from None
    request = {
        "python": indexes.python,
        "npm": indexes.npm,
        "folder": STORE,
        "bytes": allowed,
        "fetch_bytes": limits.build_download_bytes,
        "at": at,
    }
    return Offer(given, request)


def is_there(api: Api) -> bool:
    return any(volume["Name"] == VOLUME for volume in api.volumes())


def remove(api: Api) -> list[str]:
    """All that was kept, unless a build is using it; what went, in words."""
    if not is_there(api):
        return []
    try:
        api.remove_volume(VOLUME)
    except EngineRefusal:
        return []
    return [f"downloads {VOLUME}"]


def remove_when_full(api: Api) -> list[str]:
    """The same when the engine's disk has less room than it has to keep: then a cache of downloads is a luxury."""
    disk = engine_disk(api)
    return remove(api) if disk and disk[1] < FLOOR_BYTES else []
