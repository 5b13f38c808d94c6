"""Say what this machine can and cannot do for an evaluation."""

from __future__ import annotations

import argparse

from rich.table import Table
from rich.text import Text

from sandbox.commands import DONE, OUR_FAULT, print_json
from sandbox.doctor import Line, examine
from sandbox.terminal.console import Output
from sandbox.terminal.words import QUIET, words

MARKS = {"ok": ("green", "✓"), "warn": ("yellow", "!"), "fail": ("red", "✗")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the lines as one JSON document")


def main(given: argparse.Namespace) -> int:
    """Exit status 0; 3 when something is in the way of every evaluation, such as an engine that does not answer."""
    lines = list(examine())
    ready = all(line.state != "fail" for line in lines)
    if given.json:
        print_json({"ready": ready, "lines": [line.to_json() for line in lines]})
    else:
        Output().print(_table(lines))
    return DONE if ready else OUR_FAULT


def _table(lines: list[Line]) -> Table:
    table = Table.grid(padding=(0, 2))
    for line in lines:
        colour, mark = MARKS[line.state]
        text = words(line.observed)
        if line.fix:
            text.append("\n").append_text(words(f"→ {line.fix}", colour))
        table.add_row(Text(mark, style=colour), words(line.title, "bold" if line.state == "fail" else QUIET), text)
    return table
