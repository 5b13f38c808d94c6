"""Several looks at one metrics page: what rose, what fell, what is new, and what the errors among it are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from sandbox.exposition import Exposition, Key

# The value of a label that says how a request ended, whatever the label's name: 404, 4xx, "5XX".
ERROR_STATUS = re.compile(r"[45](?:\d\d|xx)", re.IGNORECASE)
ERROR_NAME = re.compile(r"error|fail|exception|rejected|invalid", re.IGNORECASE)
IN_FLIGHT = re.compile(r"in_?flight|in_?progress|active|concurren|ongoing|pending|current_requests", re.IGNORECASE)
VERSION = re.compile(r"(?:model_?)?version|model_?(?:id|tag|hash|sha)", re.IGNORECASE)
SHOWN_CHARACTERS = 200
SHOWN = 10
COUNTING = ("_total", "_count", "_bucket", "_sum")


def shown(key: Key) -> str:
    """A series as its page writes it."""
    name, labels = key
    inside = ",".join(f'{label}="{value}"' for label, value in labels)
    return (f"{name}{{{inside}}}" if inside else name)[:SHOWN_CHARACTERS]


def errors(page: Exposition) -> dict[str, float]:
    """What counts errors: counters named so, and of each other counter its series whose labels say 4xx or 5xx."""
    found: dict[str, float] = defaultdict(float)
    for (name, labels), value in page.samples.items():
        kind = page.kinds.get(name) or page.kinds.get(name.removesuffix("_count"))
        if kind not in ("counter", "histogram") or name.endswith(("_bucket", "_sum")):
            continue
        if any(ERROR_STATUS.fullmatch(value) for _, value in labels):
            found[f"{name} with a status of 4xx or 5xx"[:SHOWN_CHARACTERS]] += value
        elif ERROR_NAME.search(name):
            found[name[:SHOWN_CHARACTERS]] += value
    return found


def rises(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """How much each of the later ones has risen; what was not there before began at zero."""
    return {name: value - before.get(name, 0.0) for name, value in after.items()}


def nearest(risen: dict[str, float], sent: int) -> tuple[str | None, float]:
    """The one that rose by what is nearest to `sent`, and by how much; (None, 0) where nothing rose."""
    moved = {name: rise for name, rise in risen.items() if rise > 0}
    if not moved:
        return None, 0.0
    name = min(moved, key=lambda one: (abs(moved[one] - sent), one))
    return name, moved[name]


def fallen(pages: Sequence[Exposition]) -> list[str]:
    """Series that only ever count and had less on a later page, or were gone; at most SHOWN of them."""
    found: dict[str, None] = {}
    for before, after in pairwise(pages):
        for key in _counting(before):
            if after.samples.get(key, -1.0) < before.samples[key]:
                found[shown(key)] = None
                if len(found) >= SHOWN:
                    return list(found)
    return list(found)


def _counting(page: Exposition) -> Iterable[Key]:
    for key in page.samples:
        name = key[0]
        stem = next((name.removesuffix(end) for end in COUNTING[1:] if name.endswith(end)), name)
        kind = page.kinds.get(name) or page.kinds.get(stem)
        # A sum may fall: what is observed can be negative. A gauge may be named like a count.
        if (kind == "counter" or (kind == "histogram" and not name.endswith("_sum"))) and name.endswith(COUNTING):
            yield key


def gauges(page: Exposition) -> dict[str, float]:
    """What may tell how many requests are under way: the sum over each gauge that is named so."""
    found: dict[str, float] = defaultdict(float)
    for (name, _), value in page.samples.items():
        if page.kinds.get(name) in ("gauge", "unknown") and IN_FLIGHT.search(name):
            found[name[:SHOWN_CHARACTERS]] += value
    return found


def added(before: Exposition, after: Exposition) -> list[Key]:
    """Series that are new."""
    return [key for key in after.samples if key not in before.samples]


def versions(page: Exposition) -> list[str]:
    """Values of labels that name the version of a model."""
    own = (labels for name, labels in page.samples if not name.startswith(_OF_THE_PROCESS))
    values = (value for labels in own for name, value in labels if VERSION.fullmatch(name) and value)
    return list(dict.fromkeys(value[:SHOWN_CHARACTERS] for value in values))[:SHOWN]


# What these gauges show goes up and down by itself.
_OF_THE_PROCESS = ("process_", "python_", "go_", "nodejs_", "jvm_", "promhttp_")


def returned(before: Exposition, during: Exposition, after: Exposition) -> list[str]:
    """Gauges that changed meanwhile and are now as they were, those of the process itself left out."""
    return [
        shown(key)
        for key, value in before.samples.items()
        if before.kinds.get(key[0]) in ("gauge", "unknown")
        and not key[0].startswith(_OF_THE_PROCESS)
        and not IN_FLIGHT.search(key[0])
        and key in during.samples
        and during.samples[key] != value == after.samples.get(key)
    ]
