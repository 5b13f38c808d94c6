"""What to do next: the level that was reached, and the few steps that are worth their time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sandbox.terminal.words import QUIET, words

TOP = 3


def steps(report: dict[str, Any]) -> Iterator[RenderableType]:
    """Nothing for a report of an earlier version, or where nothing is left to do."""
    if not report.get("next_steps"):
        return
    reached = report["scorecard"]["level"]
    yield Text(f"What to do next (level {reached} of {TOP} reached)", style="bold")
    table = Table.grid(padding=(0, 1))
    for number, step in enumerate(report["next_steps"], start=1):
        text = words(step["fix"], "green").append(f"  {step['effort']}, {step['gain']:g} points", style=QUIET)
        table.add_row(Text(f"{number}.", style="cyan"), text)
    yield table
