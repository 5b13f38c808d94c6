"""An organiser's hidden hold-out: rows with their answers that no team has, read from a CSV that may be wrong."""

from __future__ import annotations

import csv
import difflib
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sandbox.prediction.quality import KINDS, MOST_CLASSES
from sandbox.training.tables import CELL_CHARACTERS, MOST_COLUMNS, MOST_ROWS, READ_BYTES, Table, number_of

MOST_BYTES = READ_BYTES
LEAST_ROWS = 20
MOST_PROBLEMS = 6
_DELIMITERS = (",", ";", "\t")
# What a file starts with that is no text at all.
_FOREIGN = {
    b"PK\x03\x04": "an Excel or OpenDocument workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a compressed file",
    b"PAR1": "a Parquet file",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}


class RowsError(ValueError):
    """`problems` are sentences for who uploads the file. None of them shows a cell of a row."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problems))


@dataclass(frozen=True)
class HiddenRows:
    """`id` names this version of the rows, `metric` (one of `KINDS`) the figure to report, `target` its column."""

    id: str
    metric: str
    target: str
    table: Table = field(repr=False)


def hidden_rows(id_: str, data: bytes, target: str, metric: str) -> HiddenRows:
    """The rows of a CSV file in UTF-8 with a header; RowsError with everything that is wrong with it."""
    text = _text(data)
    header, rows = _cells(text)
    if problems := list(_of_header(header, target)) or list(_of_rows(header, rows)):
        raise RowsError(problems[:MOST_PROBLEMS])
    table = Table("", tuple(header), tuple(tuple(row) for row in rows))
    if problems := list(_of_target(table, target, metric)):
        raise RowsError(problems)
    return HiddenRows(id_, metric, target, table)


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise RowsError([f"The file has {len(data) / 2**20:.1f} MiB; at most {MOST_BYTES // 2**20} MiB are taken."])
    if not data.strip():
        raise RowsError(["The file is empty."])
    for start, what in _FOREIGN.items():
        if data.startswith(start):
            raise RowsError([f"This is {what}, not a CSV file. Export the sheet as “CSV UTF-8”."])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RowsError([f"Line {line} is not UTF-8. Save the file as “CSV UTF-8”."]) from None
    if "\x00" in text:
        raise RowsError(["The file has NUL characters, so it is no text. Save it as “CSV UTF-8”."])
    return text


def _cells(text: str) -> tuple[list[str], list[list[str]]]:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    if not first.count(delimiter):
        raise RowsError(["The first line has one column only; the columns are told apart by comma, semicolon or tab."])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    read = []
    try:
        for row in reader:
            if row:
                read.append([cell.strip() for cell in row])
            if len(read) > MOST_ROWS + 1:
                raise RowsError([f"The file has more than {MOST_ROWS} rows; take a sample of them."])
    except csv.Error as error:
        raise RowsError([f"Line {reader.line_num} cannot be read as CSV: {error}."]) from None
    return read[0], read[1:]


def _of_header(header: Sequence[str], target: str) -> Iterator[str]:
    """Column names are the organiser's own words, shown back to them alone."""
    if len(header) > MOST_COLUMNS:
        yield f"The file has {len(header)} columns; at most {MOST_COLUMNS} are taken."
    if any(number_of(name) is not None for name in header):
        yield "The first line has numbers in it, so it is no header. Name the columns there."
        return
    if not all(header):
        yield f"Column {header.index('') + 1} has no name."
    if twice := [name for name, count in Counter(header).items() if name and count > 1]:
        yield f"There is more than one column named “{twice[0]}”."
    if long := [name for name in header if len(name) > CELL_CHARACTERS]:
        yield f"The name of column {header.index(long[0]) + 1} is longer than {CELL_CHARACTERS} characters."
    if target not in header:
        near = difflib.get_close_matches(target.lower(), [name.lower() for name in header], 1)
        meant = next((name for name in header if near and name.lower() == near[0]), "")
        shown = ", ".join(name[:40] for name in header[:12])
        hint = f" Did you mean “{meant}”?" if meant else f" The columns are {shown}{', …' if len(header) > 12 else ''}."
        yield f"There is no column “{target}”.{hint}"


def _of_rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if len(rows) < LEAST_ROWS:
        yield f"The file has {len(rows)} rows below its header; at least {LEAST_ROWS} are needed for a figure."
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            yield f"Row {number} has {len(row)} cells, and the header {len(header)}."
            return
        if any(len(cell) > CELL_CHARACTERS for cell in row):
            yield f"Row {number} has a cell of more than {CELL_CHARACTERS} characters."
            return


def _of_target(table: Table, target: str, metric: str) -> Iterator[str]:
    if metric not in KINDS:
        yield f"{metric} is none of {', '.join(KINDS)}."
        return
    answers = table.column(target)
    if empty := [number for number, answer in enumerate(answers, 1) if not answer]:
        yield f"The target is empty in {len(empty)} of {len(answers)} rows (first in row {empty[0]})."
        return
    different = len({answer.lower() for answer in answers})
    if different == 1:
        yield "The target is the same in every row, so that nothing can be told apart."
    elif metric in ("accuracy", "auc"):
        if different > MOST_CLASSES:
            yield f"The target has {different} different values; {metric} takes at most {MOST_CLASSES} classes."
        elif metric == "auc" and different != 2:
            yield f"The target has {different} classes; AUC is of two."
    elif table.numbers(target) is None:
        at = next(number for number, answer in enumerate(answers, 1) if number_of(answer) is None)
        yield f"{metric.upper()} is of numbers, and the target of row {at} is none."
