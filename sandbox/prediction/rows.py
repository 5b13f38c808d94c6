"""Rows to send: those of the repository's own data whose columns the service takes, drawn, shifted and spoiled."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.prediction import Field, Route
from sandbox.training.tables import MOST_CATEGORIES, Table, spread, value_of

# A column of fewer different numbers than this is a code, and not something that drifts.
FEW = 5
SHIFT = 2.0


@dataclass(frozen=True)
class Rows:
    """`values` are rows as JSON objects of the service's columns; `source` says where they come from."""

    values: tuple[dict[str, Any], ...]
    source: str
    fields: tuple[Field, ...]

    @property
    def numeric(self) -> list[str]:
        """Columns that hold numbers and differ enough to be shifted."""
        names = [one.name for one in self.fields]
        whole = [name for name in names if all(_is_number(row.get(name)) for row in self.values)]
        return [name for name in whole if len({row[name] for row in self.values}) >= FEW]

    def drawn(self, count: int, seed: int) -> list[dict[str, Any]]:
        """So many rows with replacement: all draws are of one law."""
        return random.Random(seed).choices(self.values, k=count)  # noqa: S311 - a sample, and no secret

    def deviation(self, name: str) -> float:
        return spread([float(row[name]) for row in self.values if _is_number(row.get(name))])


def rows_for(route: Route, tables: Sequence[dict[str, Any]], target: str, declared: str = "") -> Rows | None:
    """Rows of the first table that has every required column; None when there is none.

    Where the service does not describe its columns they are the table's own, without the target.
    """
    ordered = sorted(tables, key=lambda one: one["path"] != declared)
    for one in ordered:
        table = Table(one["path"], tuple(one["columns"]), tuple(tuple(row) for row in one["rows"]))
        fields = route.fields or tuple(_guessed(table, name) for name in table.columns if name != target)
        places = {field.name: _place(table.columns, field.name) for field in fields}
        if not fields or any(places[field.name] is None for field in fields if field.required):
            continue
        known = [field for field in fields if places[field.name] is not None]
        values = []
        for row in table.rows:
            cells = {field.name: _typed(row[places[field.name] or 0], field) for field in known}
            if all(value is not None for value in cells.values()):
                values.append(cells)
        if len(values) >= 2:
            return Rows(tuple(values), one["path"], tuple(known))
    return None


def example_rows(route: Route) -> Rows | None:
    """The one row that the description gives, for what needs no law of the data."""
    if not route.example:
        return None
    fields = route.fields or tuple(Field(name) for name in route.example)
    return Rows((route.example,), "the example of its OpenAPI document", fields)


def shifted(rows: Sequence[dict[str, Any]], whole: Rows, columns: Sequence[str]) -> list[dict[str, Any]]:
    """The rows with the mean of each column moved up by two deviations, within what the service says it takes."""
    fields = {field.name: field for field in whole.fields}
    moved = []
    for row in rows:
        changed = dict(row)
        for name in columns:
            value = float(row[name]) + SHIFT * whole.deviation(name)
            field = fields[name]
            value = value if field.high is None else min(value, field.high)
            changed[name] = round(value) if field.whole or isinstance(row[name], int) else round(value, 6)
        moved.append(changed)
    return moved


def extreme(said: Sequence[tuple[Any, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The rows of another outcome: the fifth with the highest predictions, or those of the rarest class.

    [] where all are predicted alike.
    """
    if len({str(one) for one, _ in said}) < 2:
        return []
    if all(_is_number(one) for one, _ in said):
        ordered = sorted(said, key=lambda pair: -pair[0])
        return [row for _, row in ordered[: max(1, len(ordered) // 5)]]
    counts = Counter(str(one) for one, _ in said)
    rarest = min(counts, key=lambda name: (counts[name], name))
    return [row for one, row in said if str(one) == rarest]


def _place(columns: Sequence[str], name: str) -> int | None:
    plain = [_plain(one) for one in columns]
    return plain.index(_plain(name)) if _plain(name) in plain else None


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _guessed(table: Table, name: str) -> Field:
    if table.numbers(name) is not None:
        whole = all("." not in text for text in table.column(name))
        return Field(name, "number", whole=whole)
    values = set(table.column(name))
    return Field(name, "text", options=tuple(sorted(values)) if len(values) <= MOST_CATEGORIES else ())


def _typed(text: str, field: Field) -> Any:
    value = value_of(text)
    if field.kind == "number":
        if not _is_number(value):
            return None
        return round(value) if field.whole else value
    if field.kind == "text":
        return text.strip() or None
    if field.kind == "boolean":
        return value if isinstance(value, bool) else bool(value) if value in (0, 1) else None
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
