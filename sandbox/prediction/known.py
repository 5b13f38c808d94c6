"""Rows whose answers are known, sent to the service, and how good its predictions of them are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.prediction import Route
from sandbox.prediction.answers import parsed, prediction_of
from sandbox.prediction.asking import ask, post
from sandbox.prediction.quality import measured
from sandbox.prediction.rows import rows_for
from sandbox.probes import Target

TOTAL_S = 30.0


@dataclass(frozen=True)
class Known:
    """A row as the service takes it, and the answer that is known."""

    row: dict[str, Any] = field(repr=False)
    answer: str = field(repr=False)


def known_rows(route: Route, table: dict[str, Any], column: str, most: int) -> list[Known]:
    """Of the first `most` rows those that the route takes; [] where its columns are not there."""
    at = table["columns"].index(column)
    kept = []
    for row in table["rows"][:most]:
        # One at a time: rows_for leaves out those with gaps, and a row has to keep its answer.
        found = rows_for(route, [table | {"rows": [row, row]}], column)
        if found is not None:
            kept.append(Known(found.values[0], str(row[at])))
    return kept


def predictions(target: Target, route: Route, rows: Sequence[Known]) -> list[Any]:
    """What the service predicts of each row, None where it gave no prediction within half a minute for all."""
    output = str(((target.plan.hints.get("ml") or {}).get("predict") or {}).get("output") or "")
    answers = ask(target, [post(route, one.row) for one in rows], total_s=TOTAL_S)
    return [prediction_of(parsed(answer), output) for answer in answers]


def figure(kind: str, said: Sequence[Any], rows: Sequence[Known]) -> float | None:
    """The figure of those that were answered; None where it cannot be told from such answers."""
    return measured(kind, said, [one.answer for one in rows])
