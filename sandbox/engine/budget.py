"""The disk budget: what Assay's caches may take of the engine's disk, and which of them go first.

Caches are images of ours: stand-in bases, tools, the steps that successful builds left, and bases that were pulled for
a build. Evaluations' own images are no caches; they go with their evaluation. The engine remembers when a name was
given last, so that using a cache is noted by giving it its name once more.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import time
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.engine.api import Api, EngineRefusal
from sandbox.engine.layers import CACHE, SHORT, chain, is_mark_of_base, short_of, used_by_builds
from sandbox.faults import HostFault
from sandbox.limits import GIB

log = logging.getLogger(__name__)
PULLED = "assay/pulled"
TOOLS = "assay/tools"
REPOSITORIES = (CACHE, PULLED, TOOLS, "assay/base")
DEFAULT = "20%"
# Without a sight of the engine's disk a share of it cannot be worked out.
UNSEEN_BYTES = 40 * GIB
# Below this much free space caches go whatever the budget says; docs/operating.md.
FLOOR_BYTES = 5 * GIB
# A cache that was used so recently may be about to be used again: by the build that has just resolved it.
IDLE_S = 900.0
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(%|[kmgt]?i?b?)", re.IGNORECASE)
_UNITS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


@dataclass(frozen=True)
class Cache:
    """One name of a cache. `bytes` is what would be freed at most; `used_at` is seconds since the epoch."""

    name: str
    id: str
    bytes: int
    used_at: float


def budget_bytes(text: str, disk_bytes: int | None) -> int:
    """Bytes of "20%", "30GB", "500 MiB" or "1000000"; ValueError for anything else."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"ASSAY_DISK_BUDGET must be a size such as 30GB or a share such as 20%, not {text!r}")
    number, unit = float(found[1]), found[2].lower()
    if unit == "%":
        return int(disk_bytes * min(number, 100.0) / 100) if disk_bytes else UNSEEN_BYTES
    power = _UNITS[unit.rstrip("ib")]
    return int(number * (1024 if "i" in unit else 1000) ** power)


def engine_disk(api: Api) -> tuple[int, int] | None:
    """(size, free) in bytes of the disk that the engine keeps images on; None where it cannot be seen from here."""
    folder = Path(str(api.info().get("DockerRootDir") or "")) if api.local else Path()
    with suppress(OSError):
        if folder.is_absolute():
            usage = shutil.disk_usage(folder)
            return usage.total, usage.free
    return None


def note_pull(api: Api, image: str, reference: str, before: Iterable[str]) -> None:
    """An image that was pulled, and was not among those that were here before: it is ours to remove."""
    document = api.inspect_image(image)
    if document and document["Id"] not in before:
        for name in {reference, *(document.get("RepoTags") or ()), *(document.get("RepoDigests") or ())}:
            api.tag(str(document["Id"]), f"{PULLED}:{number_of(name)}")


def note_use(api: Api, image: str, repositories: Sequence[str] = REPOSITORIES) -> None:
    """The caches that an image is, or stands on, have been used now."""
    document = api.inspect_image(image)
    while document is not None:
        for name in _ours(document, repositories):
            with suppress(EngineRefusal):  # it was evicted just now
                api.tag(str(document["Id"]), name)
        document = api.inspect_image(document["Parent"]) if document.get("Parent") else None


def enforce(
    api: Api,
    *,
    budget: str | None = None,
    repositories: Sequence[str] = REPOSITORIES,
    disk: tuple[int, int] | None = None,
    idle_s: float = IDLE_S,
) -> list[str]:
    """Evict caches, least recently used first, until they fit and the disk has its floor; what went, in words.

    Never one that a container, an evaluation's image or anybody else's image stands on, that a build is using, that was
    used in the last `idle_s`, or the tools image that was used last.
    """
    disk = disk or engine_disk(api)
    text = budget or os.environ.get("ASSAY_DISK_BUDGET") or DEFAULT
    try:
        allowed = budget_bytes(text, disk[0] if disk else None)
    except ValueError as error:
        raise HostFault("setting_invalid", str(error), fix="Change or unset that variable.") from None
    stock = {summary["Id"]: summary for summary in api.all_images()}
    total = taken(stock, repositories)
    wanted = max(total - allowed, FLOOR_BYTES - disk[1] if disk else 0)
    if wanted <= 0:
        return []
    evicted: list[str] = []
    freed, refused = 0, set[str]()
    while freed < wanted and (cache := _next(api, stock, repositories, idle_s, refused)):
        if not _remove(api, stock, cache.id, repositories):
            refused.add(cache.id)
            continue
        stock = {summary["Id"]: summary for summary in api.all_images()}
        now = taken(stock, repositories)
        freed, total = freed + total - now, now
        evicted.append(f"cache {cache.name} ({cache.bytes / 1e6:.0f} MB, used {_ago(time.time() - cache.used_at)} ago)")
    if freed < wanted:
        log.warning("the caches are %.0f MB over what they may take, and all are in use", (wanted - freed) / 1e6)
    return evicted


def taken(stock: Mapping[str, Mapping[str, Any]], repositories: Iterable[str]) -> int:
    """Bytes of all images below the names of these repositories, each counted once."""
    roots = [one for one, summary in stock.items() if _ours(summary, repositories)]
    return sum(_own_bytes(stock, one) for one in {below for root in roots for below in chain(stock, root)})


def _next(
    api: Api,
    stock: Mapping[str, Mapping[str, Any]],
    repositories: Sequence[str],
    idle_s: float,
    refused: Container[str],
) -> Cache | None:
    """The cache that was used longest ago among those that nothing needs."""
    needed, builds = _needed(api, stock, repositories), used_by_builds()
    found, tools = [], []
    for one, summary in stock.items():
        names = _ours(summary, repositories)
        if not names:
            continue
        cache = Cache(names[0], one, _freed_bytes(stock, one), _used_at(api, one, summary))
        if _is_of(TOOLS, names[0]):
            tools.append(cache)
        in_build = any(short_of(below) in builds for below in chain(stock, one))
        # What has children goes after them: a name alone frees nothing.
        if not in_build and one not in needed and one not in refused and not _has_children(api, stock, one):
            found.append(cache)
    current = max(tools, key=lambda cache: cache.used_at, default=None)
    idle = [cache for cache in found if cache != current and time.time() - cache.used_at >= idle_s]
    return min(idle, key=lambda cache: cache.used_at, default=None)


def _needed(api: Api, stock: Mapping[str, Mapping[str, Any]], repositories: Sequence[str]) -> set[str]:
    """Images that containers or images of others stand on: evaluations' and strangers'."""
    roots = {str(summary.get("ImageID") or "") for summary in api.containers({})}
    for one, summary in stock.items():
        if set(_tags(summary)) - set(_ours(summary, repositories)) - set(pulled_names(summary, repositories)):
            roots.add(one)
    return {below for root in roots for below in chain(stock, root)}


def _has_children(api: Api, stock: Mapping[str, Mapping[str, Any]], id: str) -> bool:
    """Our bare mark on a base is none: it goes along with the base."""
    children = [one for one, summary in stock.items() if summary["ParentId"] == id]
    grandchildren = any(summary["ParentId"] in children for summary in stock.values())
    return grandchildren or not all(is_mark_of_base(api, stock, one) for one in children)


def _remove(api: Api, stock: Mapping[str, Mapping[str, Any]], id: str, repositories: Sequence[str]) -> bool:
    names = [*pulled_names(stock[id], repositories), *_ours(stock[id], repositories)]
    try:
        for child in [one for one, summary in stock.items() if summary["ParentId"] == id]:
            api.remove_image(child, force=False, prune=False)
        for name in names:
            api.remove_image(name, force=False)
    except EngineRefusal:
        return False  # a build has begun to use it a moment ago
    return True


def _ours(summary: Mapping[str, Any], repositories: Iterable[str]) -> list[str]:
    return [name for name in _tags(summary) if name.rpartition(":")[0] in repositories]


def pulled_names(summary: Mapping[str, Any], repositories: Iterable[str]) -> list[str]:
    """The names under which we pulled it: those whose number stands in a name of ours. Any other is somebody's."""
    numbers = {name.rpartition(":")[2] for name in _ours(summary, repositories) if _is_of(PULLED, name)}
    return [name for name in (*_tags(summary), *(summary.get("RepoDigests") or ())) if number_of(name) in numbers]


def _is_of(repository: str, name: str) -> bool:
    return name.rpartition(":")[0].rpartition("/")[2] == repository.rpartition("/")[2]


def _tags(summary: Mapping[str, Any]) -> list[str]:
    return [name for name in summary.get("RepoTags") or () if not name.startswith("<none>")]


def number_of(reference: str) -> str:
    """What stands for the name of a pulled image in the name that we give it."""
    return hashlib.sha256(reference.encode()).hexdigest()[:SHORT]


def _own_bytes(stock: Mapping[str, Mapping[str, Any]], id: str) -> int:
    """Without what it stands on."""
    parent = stock.get(str(stock[id]["ParentId"]))
    return max(int(stock[id]["Size"]) - (int(parent["Size"]) if parent else 0), 0)


def _freed_bytes(stock: Mapping[str, Mapping[str, Any]], id: str) -> int:
    """What goes along: itself and the steps below it down to the next that has a name."""
    total = 0
    for below in chain(stock, id):
        if below != id and _tags(stock[below]):
            break
        total += _own_bytes(stock, below)
    return total


def _used_at(api: Api, id: str, summary: Mapping[str, Any]) -> float:
    text = str(((api.inspect_image(id) or {}).get("Metadata") or {}).get("LastTagTime") or "")
    with suppress(ValueError):
        at = datetime.fromisoformat(text).timestamp()
        if at > 0:
            return at
    return float(summary["Created"])


def _ago(seconds: float) -> str:
    return f"{seconds / 3600:.0f} h" if seconds >= 7200 else f"{seconds / 60:.0f} min"
