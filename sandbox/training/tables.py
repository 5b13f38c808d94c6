"""Tables of a repository or of a run: CSV files read under caps, with what their columns hold."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

READ_BYTES = 2 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 80
CELL_CHARACTERS = 200
# Rows of a table that stay in the evidence, because they are sent to the service.
KEPT_ROWS, KEPT_CHARACTERS = 200, 24_000
# A column of text with more different values than this is a name or a remark, and no category.
MOST_CATEGORIES = 20


@dataclass(frozen=True)
class Table:
    """`rows` are texts as they stand in the file, each as long as `columns`."""

    path: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def column(self, name: str) -> list[str]:
        at = self.columns.index(name)
        return [row[at] for row in self.rows]

    def numbers(self, name: str) -> list[float] | None:
        """The column as numbers, None when any of it is none; empty cells are left out."""
        found = [number_of(text) for text in self.column(name) if text.strip()]
        good = [value for value in found if value is not None]
        return good if good and len(good) == len(found) else None


def table_of(path: str, text: str) -> Table | None:
    """The table of a CSV or TSV file with a header, or of flat JSON objects; None when it is none."""
    text = text.lstrip("\ufeff")
    if path.lower().endswith((".json", ".jsonl")):
        return _of_objects(path, text)
    first = text[:4096].partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    if not first.count(delimiter):
        return None
    try:
        read = [
            row
            for row, _ in zip(csv.reader(io.StringIO(text), delimiter=delimiter), range(MOST_ROWS + 1), strict=False)
        ]
    except csv.Error:
        return None
    if len(read) < 2 or len(read[0]) > MOST_COLUMNS or any(number_of(name) is not None for name in read[0]):
        return None
    columns = tuple(name.strip()[:CELL_CHARACTERS] for name in read[0])
    rows = tuple(tuple(cell[:CELL_CHARACTERS] for cell in row) for row in read[1:] if len(row) == len(columns))
    return Table(path, columns, rows) if rows and len(set(columns)) == len(columns) else None


def _of_objects(path: str, text: str) -> Table | None:
    try:
        lines = text.splitlines()[:MOST_ROWS] if path.lower().endswith(".jsonl") else [text]
        read = [json.loads(line) for line in lines if line.strip()]
    except (ValueError, RecursionError):
        return None
    objects = read if path.lower().endswith(".jsonl") else read[0] if read else []
    if not isinstance(objects, list) or not objects or not all(isinstance(one, dict) and one for one in objects):
        return None
    columns = tuple(objects[0])[:MOST_COLUMNS]
    rows = [tuple(_cell(one.get(name)) for name in columns) for one in objects[:MOST_ROWS]]
    return Table(path, columns, tuple(rows))


def _cell(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value)
    return text[:CELL_CHARACTERS]


def number_of(text: str) -> float | None:
    """A finite number, None of anything else."""
    try:
        value = float(text) if len(text) < 40 else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def value_of(text: str) -> Any:
    """A cell as JSON: a number, true or false, null for an empty one, else the text."""
    text = text.strip()
    if not text:
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    value = number_of(text)
    if value is None:
        return text
    return int(value) if value.is_integer() and "." not in text and abs(value) < 2**53 else value


def spread(values: Sequence[float]) -> float:
    """The standard deviation; 0 of fewer than two."""
    return statistics.pstdev(values) if len(values) > 1 else 0.0


def digests(data: bytes) -> dict[str, str]:
    """What a file may be named by."""
    return {name: hashlib.new(name, data, usedforsecurity=False).hexdigest() for name in ("sha256", "sha1", "md5")}


def kept(table: Table) -> dict[str, Any]:
    """{path, columns, count, rows}: a few rows, evenly over the table, which may be sorted."""
    room, rows = KEPT_CHARACTERS, []
    for row in table.rows[:: max(1, len(table.rows) // KEPT_ROWS)][:KEPT_ROWS]:
        room -= sum(len(cell) + 4 for cell in row)
        if room < 0:
            break
        rows.append(list(row))
    return {"path": table.path, "columns": list(table.columns), "count": len(table.rows), "rows": rows}
