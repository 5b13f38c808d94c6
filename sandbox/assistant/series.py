"""A team's metrics page series by series: what moved between two looks, and what its labels say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from sandbox.assistant.asking import send
from sandbox.exposition import MAX_BYTES, MAX_COUNT, parse
from sandbox.probes import Target

Labels = tuple[tuple[str, str], ...]
Series = dict[tuple[str, Labels], float]
LABEL_CHARACTERS = 100


def look(target: Target) -> Series | None:
    """The page that the probe "metrics" found; None when there is none, or it cannot be read."""
    path = (target.seen.get("metrics") or {}).get("path")
    if not path:
        return None
    answer = send(target, [{"method": "GET", "path": path}], body_bytes=MAX_BYTES)[0]
    try:
        return series(answer["body"])
    except ValueError:
        return None


def series(text: str) -> Series:
    """(name, labels) -> value of every series that counts something; ValueError where `exposition.parse` raises it."""
    parse(text)
    found: Series = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name.endswith(("_created", "_bucket")) or not math.isfinite(sample.value):
                continue
            labels = tuple(
                sorted((name[:LABEL_CHARACTERS], value[:LABEL_CHARACTERS]) for name, value in sample.labels.items())
            )
            if abs(sample.value) < MAX_COUNT:
                found.setdefault((sample.name, labels), sample.value)
    return found


def moved(before: Series, after: Series) -> Series:
    """What rose, by how much."""
    rises = {key: value - before.get(key, 0.0) for key, value in after.items()}
    return {key: rise for key, rise in rises.items() if rise > 0}


def by_name(rises: Mapping[tuple[str, Labels], float]) -> dict[str, float]:
    """Sums over the labels."""
    sums: dict[str, float] = {}
    for (name, _), rise in rises.items():
        sums[name] = sums.get(name, 0.0) + rise
    return sums


def shown(key: tuple[str, Labels]) -> str:
    """A series as Prometheus writes it."""
    name, labels = key
    return name + ("{" + ",".join(f'{label}="{value}"' for label, value in labels) + "}" if labels else "")


def labelled(rises: Mapping[Any, float]) -> dict[str, set[str]]:
    """Label -> the values that it has."""
    found: dict[str, set[str]] = {}
    for _, labels in rises:
        for name, value in labels:
            found.setdefault(name, set()).add(value)
    return found
