"""Spoiled rows: one good row, wrong in one way each, as real data goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.prediction.rows import Rows

# A wrong unit: grams for kilograms, cents of a thousandth.
UNITS = 1_000
MOST_COLUMNS = 2
NONSENSE = "assay-no-such-category"


@dataclass(frozen=True)
class Spoiled:
    """`kind` is the way, `column` the one that is wrong ("" when it is the whole row)."""

    kind: str
    column: str
    row: dict[str, Any]


def spoiled(rows: Rows) -> Iterator[Spoiled]:
    """At most some ten rows; a column that may be left out is no error when it is missing."""
    row = rows.values[0]
    numbers = [name for name, value in row.items() if isinstance(value, int | float) and not isinstance(value, bool)]
    needed = {field.name for field in rows.fields if field.required}
    texts = [name for name, value in row.items() if isinstance(value, str)]
    options = {field.name for field in rows.fields if field.options}
    for name in [one for one in row if one in needed][:MOST_COLUMNS]:
        yield Spoiled("missing column", name, {key: value for key, value in row.items() if key != name})
    for name in [one for one in (*numbers, *texts) if one in needed][:MOST_COLUMNS]:
        yield Spoiled("null", name, row | {name: None})
    for name in numbers[:MOST_COLUMNS]:
        yield Spoiled("wrong type", name, row | {name: "many"})
    for name in [one for one in numbers if row[one]][-MOST_COLUMNS:]:
        largest = max(abs(one[name]) for one in rows.values if isinstance(one.get(name), int | float))
        yield Spoiled("wrong unit", name, row | {name: largest * UNITS})
    for name in [one for one in texts if one in options][:MOST_COLUMNS]:
        yield Spoiled("unknown category", name, row | {name: NONSENSE})
    yield Spoiled("empty row", "", {})
