"""A job in the terminal's report: what it cost, what it left behind and what it reports, each as its own rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sandbox.terminal.words import QUIET, seconds, words

SHOWN = 12


def job(report: dict[str, Any]) -> Iterator[RenderableType]:
    """Nothing when the plan is a service, or when the job was not seen."""
    document = report["measurements"].get("job", {})
    if "seconds" not in document:
        return
    how = "ran to its end" if document["state"] == "done" else "stopped with an error"
    yield Text(f"The job {how} after {seconds(document['seconds'])}", style="bold")
    yield _table(
        ((row["path"], row["kind"], f"{row['bytes']:,} bytes") for row in document["artefacts"][:SHOWN]),
        len(document["artefacts"]) - SHOWN + document["artefacts_more"],
        "It left no file behind.",
    )
    yield Text("What it reports (no part of the score)", style="bold")
    yield _table(
        ((row["name"], f"{row['value']:.4g}", row["source"]) for row in document["metrics"][:SHOWN]),
        len(document["metrics"]) - SHOWN,
        "No metric was found in its files or in its log.",
    )
    if document["repeat"].get("ran"):
        same = "the same metrics" if document["repeat"]["same"] else "other metrics"
        yield words(document["repeat"]["why"] or f"A second run reported {same}.", QUIET)


def _table(rows: Any, more: int, nothing: str) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for name, middle, last in rows:
        table.add_row(words(name), words(middle, "bold"), words(last, QUIET))
    if more > 0:
        table.add_row(words(f"and {more} more", QUIET))
    return table if table.row_count else words(nothing, QUIET)
