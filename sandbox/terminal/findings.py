"""Findings of a report: what would gain most first, with its fix; then what could not be seen, then what passed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sandbox.report import gain
from sandbox.terminal.words import QUIET, words


def findings(report: dict[str, Any]) -> Iterator[RenderableType]:
    """One table for each group that has something in it."""
    rows: list[dict[str, Any]] = report["findings"]
    gains = {row["check"]: gain(report, row) for row in rows}
    # A measure that is nearly full has passed: its last hundredth is no advice.
    if open_rows := [row for row in rows if row["outcome"] == "fail" or gains[row["check"]]]:
        yield Text("What would gain most", style="bold")
        yield _open([row for row in open_rows if not row.get("because")], gains, open_rows)
    unseen = [row for row in rows if row["outcome"] == "inconclusive"]
    if failing := [row for row in unseen if row.get("cause") != "project"]:
        yield Text("Could not be seen", style="bold")
        yield _closed(failing, "yellow", "?")
    if hidden := [row for row in unseen if row.get("cause") == "project"]:
        yield Text("Showed nothing to judge", style="bold")
        yield _closed(hidden, "yellow", "?")
    if passed := [row for row in rows if row["outcome"] == "pass" and not gains[row["check"]]]:
        yield Text("Passed", style="bold")
        yield _closed(passed, "green", "✓")
    if apart := [row for row in rows if row["outcome"] == "not_applicable"]:
        yield words(f"Not applicable: {', '.join(row['check'] for row in apart)}.", QUIET)


def _open(rows: list[dict[str, Any]], gains: dict[str, float], every: list[dict[str, Any]]) -> Table:
    """What follows from another failure stands below it, by its name."""
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right")
    table.add_column(width=1)
    table.add_column()
    for row in sorted(rows, key=lambda row: (-gains[row["check"]], row["check"])):
        failed = row["outcome"] == "fail"
        text = words(row["title"], "bold").append("  ").append_text(words(row["observed"], QUIET))
        if row["fix"]:
            text.append("\n").append_text(words(f"→ {row['fix']}", "green"))
        if following := [other["check"] for other in every if other.get("because") == row["check"]]:
            text.append("\n").append_text(words(f"With it fail: {', '.join(following)}.", QUIET))
        mark = Text("✗", style="red") if failed else Text("~", style="yellow")
        table.add_row(Text(f"+{gains[row['check']]:.1f}", style="cyan"), mark, text)
    return table


def _closed(rows: list[dict[str, Any]], colour: str, mark: str) -> Table:
    table = Table.grid(padding=(0, 1))
    for row in sorted(rows, key=lambda row: (row["category"], row["check"])):
        text = words(row["title"]).append("  ").append_text(words(row["observed"], QUIET))
        table.add_row(Text(mark, style=colour), text)
    return table
