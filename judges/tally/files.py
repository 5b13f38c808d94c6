"""Ballots from a CSV file: `judge,project`, one column a criterion, and optionally `visit,order,voided`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from judges.tally.ballot import Ballot, BallotError

REQUIRED = ("judge", "project")
OPTIONAL = ("visit", "order", "voided")
YES, NO = frozenset({"1", "true", "yes"}), frozenset({"", "0", "false", "no"})


def read_ballots(path: Path) -> list[Ballot]:
    """All ballots of the file. Raises BallotError (naming the line) for what cannot be read; OSError for no file."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            return list(_ballots(csv.reader(lines, strict=True)))
    except UnicodeDecodeError as error:
        raise BallotError("The file is not UTF-8 text; save it as CSV (UTF-8).") from error
    except csv.Error as error:
        raise BallotError(f"The file is not CSV: {error}.") from error


def _ballots(rows: Iterator[list[str]]) -> Iterator[Ballot]:
    header = [name.strip() for name in next(rows, [])]
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        raise BallotError(f"The first line has no column {' and no column '.join(missing)}; it reads {header}.")
    if len(set(header)) < len(header) or "" in header:
        raise BallotError(f"Each column needs a name of its own; the first line reads {header}.")
    criteria = [name for name in header if name not in (*REQUIRED, *OPTIONAL)]
    if not criteria:
        raise BallotError("There is no criterion column beside judge and project.")
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise BallotError(f"Line {number} has {len(cells)} cells, the first line has {len(header)}.")
        row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
        yield _ballot(row, criteria, number)


def _ballot(row: dict[str, str], criteria: list[str], number: int) -> Ballot:
    for name in REQUIRED:
        if not row[name]:
            raise BallotError(f"Line {number} has no {name}.")
    voided = row.get("voided", "").lower()
    if voided not in YES | NO:
        raise BallotError(f"Line {number}: voided is {row['voided']!r}; write 1 or 0.")
    order = row.get("order", "")
    if order and not order.isdecimal():
        raise BallotError(f"Line {number}: order is {order!r}; write a whole number or leave it empty.")
    return Ballot(
        judge=row["judge"],
        project=row["project"],
        scores={name: _score(row[name], name, number) for name in criteria},
        visit=row.get("visit") or None,
        order=int(order) if order else None,
        voided=voided in YES,
    )


def _score(cell: str, criterion: str, number: int) -> float | None:
    if not cell:
        return None
    try:
        return float(cell)
    except ValueError:
        raise BallotError(f"Line {number}: {criterion} is {cell!r}; write a number or leave it empty.") from None
