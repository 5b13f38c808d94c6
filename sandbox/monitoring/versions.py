"""Which version of a model an answer names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sandbox.monitoring.scrapes import SHOWN, SHOWN_CHARACTERS, VERSION

MAX_DEPTH = 4


def named_in(bodies: Sequence[str]) -> list[str]:
    """Values of the members of JSON answers that are named like a model's version."""
    found: dict[str, None] = {}
    for body in bodies:
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            continue
        found |= dict.fromkeys(value[:SHOWN_CHARACTERS] for value in _versions(document, 0))
    return list(found)[:SHOWN]


def _versions(value: Any, depth: int) -> Iterator[str]:
    if depth >= MAX_DEPTH or not isinstance(value, dict):
        return
    for name, inside in list(value.items())[:50]:
        if VERSION.fullmatch(str(name)) and isinstance(inside, str | int | float) and not isinstance(inside, bool):
            yield str(inside)
        else:
            yield from _versions(inside, depth + 1)
