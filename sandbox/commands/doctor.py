"""Say what this machine can and cannot do for an evaluation, and try to get out of its containers."""

from __future__ import annotations

import argparse

from rich.table import Table
from rich.text import Text

from sandbox.commands import DONE, OUR_FAULT, print_json
from sandbox.doctor import LOOKS, Line, examine
from sandbox.escapes import prove
from sandbox.terminal.console import Output
from sandbox.terminal.words import QUIET, words

ESCAPE = "escape_"
MARKS = {"ok": ("green", "✓"), "warn": ("yellow", "!"), "fail": ("red", "✗")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the lines as one JSON document")
    parser.add_argument("--quick", action="store_true", help="leave out the attempts to get out of a container")


def main(given: argparse.Namespace) -> int:
    """Exit status 0; 3 when something is in the way of every evaluation, such as an attempt that got through."""
    lines = list(examine(LOOKS if given.quick else (*LOOKS, prove)))
    ready = all(line.state != "fail" for line in lines)
    if given.json:
        print_json({"ready": ready, "lines": [line.to_json() for line in lines]})
    else:
        Output().print(_table(lines))
    return DONE if ready else OUR_FAULT


def _table(lines: list[Line]) -> Table:
    table = Table.grid(padding=(0, 2))
    tried = False
    for line in lines:
        if line.id.startswith(ESCAPE) and not tried:
            tried = True
            table.add_row(
                "", words("Tried as a hostile service", "bold"), words("in both profiles, default and strict")
            )
        colour, mark = MARKS[line.state]
        text = words(line.observed)
        if line.fix:
            text.append("\n").append_text(words(f"→ {line.fix}", colour))
        table.add_row(Text(mark, style=colour), words(line.title, "bold" if line.state == "fail" else QUIET), text)
    table.add_row("", words("In all", "bold"), words(_summary(lines)))
    return table


def _summary(lines: list[Line]) -> str:
    """How many hold, and by title those that do not."""
    sentences = [f"{sum(line.state == 'ok' for line in lines)} lines hold."]
    for state, said in (("fail", "In the way of every evaluation"), ("warn", "What this machine cannot give")):
        if titles := [line.title for line in lines if line.state == state]:
            sentences.append(f"{said}: {', '.join(title[0].lower() + title[1:] for title in titles)}.")
    return " ".join(sentences)
