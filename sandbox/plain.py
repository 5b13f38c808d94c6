"""Plain JSON: what observations become before anything stores, signs or shows them.

A team's words and numbers are in every document. PostgreSQL takes no NUL and no half of a surrogate pair, JSON no NaN,
a signature no integer beyond 2**53: any of them would end an evaluation as our failure, which a team must not be able
to choose. Terminal escapes and unseen characters go at the same place.
"""

from __future__ import annotations

import math
from typing import Any

from sandbox.faults import printable

MAX_DEPTH = 24
MAX_CHARACTERS = 256 * 1024
MAX_MEMBERS = 50_000
# Above this a number is read differently by different readers of JSON (RFC 8785, section 3.2.2.3).
MAX_INTEGER = 2**53 - 1


def plain(document: Any, depth: int = 0) -> Any:  # noqa: PLR0911 - one return a kind of value
    """The same JSON value, safe to store: what is plain already comes back equal.

    NaN and infinities become null, larger integers floats, tuples lists; what lies deeper than MAX_DEPTH becomes null.
    """
    if document is None or isinstance(document, bool):
        return document
    if isinstance(document, str):
        return printable(document[:MAX_CHARACTERS])
    if isinstance(document, int):
        return document if abs(document) <= MAX_INTEGER else _float(document)
    if isinstance(document, float):
        return document if math.isfinite(document) else None
    if depth >= MAX_DEPTH:
        return None
    if isinstance(document, dict):
        members = list(document.items())[:MAX_MEMBERS]
        return {printable(str(name)[:MAX_CHARACTERS]): plain(value, depth + 1) for name, value in members}
    if isinstance(document, list | tuple):
        return [plain(value, depth + 1) for value in document[:MAX_MEMBERS]]
    raise TypeError(f"not JSON: {type(document).__name__}")


def _float(number: int) -> float | None:
    try:
        return float(number)
    except OverflowError:
        return None
