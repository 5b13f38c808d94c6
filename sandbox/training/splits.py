"""Split files: which tables are training, validation and test sets, and what they share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from sandbox.training.tables import Table

ROLES = {
    "train": re.compile(r"(?:^|[_.-])(?:train|training)(?:$|[_.-])", re.IGNORECASE),
    "validation": re.compile(r"(?:^|[_.-])(?:val|valid|validation|dev)(?:$|[_.-])", re.IGNORECASE),
    "test": re.compile(r"(?:^|[_.-])(?:test|testing|holdout|heldout)(?:$|[_.-])", re.IGNORECASE),
}
# A row to try a route with is no set.
_ASKED_WITH = re.compile(r"(?:^|[_.-])(?:inputs?|payloads?|requests?|examples?|submission)(?:$|[_.-])", re.IGNORECASE)
# A number of the row says nothing of what is in it.
_INDEX = re.compile(r"^(?:|id|idx|index|row|row_?id|unnamed: ?\d+)$", re.IGNORECASE)


def role_of(path: str) -> str:
    """train, validation, test, or "" for a file that is no split."""
    stem = path.rpartition("/")[2].rpartition(".")[0]
    found = [role for role, pattern in ROLES.items() if pattern.search(stem)]
    return found[0] if len(found) == 1 and not _ASKED_WITH.search(stem) else ""


def by_role(tables: Iterable[Table], declared: Mapping[str, str]) -> dict[str, Table]:
    """One table a role: what is declared, else the first whose name says it; all of the same columns."""
    tables = list(tables)
    found: dict[str, Table] = {}
    for role in ROLES:
        named = declared.get(role, "")
        wanted = [table for table in tables if named and table.path.endswith(named)]
        wanted = wanted or [table for table in tables if not named and role_of(table.path) == role]
        if wanted:
            found[role] = wanted[0]
    return found


def compared(found: Mapping[str, Table], where: str) -> dict[str, Any]:
    """{where, files: [{role, path, rows}], overlaps: [{a, b, rows, shared, own_duplicates}]}.

    `shared` are rows of the smaller set that are in the other as well; `own_duplicates` is the share of rows of the
    larger one that it has more than once, which is what chance alone gives in data of few values.
    """
    files = [{"role": role, "path": table.path, "rows": len(table.rows)} for role, table in found.items()]
    overlaps = []
    for (role, first), (other, second) in combinations(found.items(), 2):
        shared = [name for name in first.columns if name in second.columns and not _INDEX.match(name)]
        if not shared:
            continue
        small, large = sorted((_keys(first, shared), _keys(second, shared)), key=len)
        known = set(large)
        overlaps.append(
            {
                "a": role,
                "b": other,
                "rows": len(small),
                "shared": sum(key in known for key in small),
                "own_duplicates": round(1 - len(known) / len(large), 4),
            }
        )
    return {"where": where, "files": files, "overlaps": overlaps}


def _keys(table: Table, columns: list[str]) -> list[tuple[str, ...]]:
    places = [table.columns.index(name) for name in columns]
    return [tuple(row[at].strip() for at in places) for row in table.rows]
