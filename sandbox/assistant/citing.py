"""Whether an answer says where it has its words from: by what a document is filed under, or by showing it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

# A shorter id, such as a number, means a document only where sources are listed.
TELLING = 6
SOURCES = re.compile(r"sourc|citation|cited|reference|document|doc|context|chunk|passage|evidence", re.IGNORECASE)
DEEPEST = 8


def cited(body: str, *, known: str, name: str, mark: str) -> list[str]:
    """By what an answer names a document: "id", "name" and "text", of its other words; [] when it does not."""
    by_id = known.lower() in body.lower() if len(known) >= TELLING else bool(known) and known in _listed(body)
    seen = {"id": by_id, "name": name.lower() in body.lower(), "text": mark in body.lower()}
    return [way for way, there in seen.items() if there]


def _listed(body: str) -> set[str]:
    """Values below members that list sources."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return set()
    return set(_values(document, is_source=False, depth=0))


def _values(value: Any, *, is_source: bool, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from _values(inside, is_source=is_source or bool(SOURCES.search(name)), depth=depth + 1)
    elif isinstance(value, list):
        for inside in value:
            yield from _values(inside, is_source=is_source, depth=depth + 1)
    elif is_source and isinstance(value, str | int):
        yield str(value)
