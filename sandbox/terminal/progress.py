"""Progress of an evaluation: a live board of stages on a terminal, one plain line a piece of news elsewhere."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, ConsoleRenderable, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from sandbox.events import Event, Sink
from sandbox.terminal.words import QUIET, seconds, words

# Each stage with the share of an ordinary evaluation's time at which it begins and ends.
STAGES = {"fetching": (0.0, 0.05), "building": (0.05, 0.4), "observing": (0.4, 1.0)}
MARKS = {"done": ("green", "✓"), "reused": ("green", "✓"), "failed": ("red", "✗"), "skipped": (QUIET, "-")}
BAR_WIDTH, LOG_COLUMNS = 40, 4
FRAMES_A_SECOND = 8
# How often a plain line may repeat the same news with another number in it.
REPEAT_S = 10.0


@contextmanager
def progress() -> Iterator[Sink]:
    """A sink for the time of the block."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines()
        return
    board = Board(console)
    with Live(board, console=console, refresh_per_second=FRAMES_A_SECOND, redirect_stdout=False) as live:
        yield board
        board.finish()
        live.refresh()


@dataclass
class Board:
    """The stages with their marks and times, a bar, and the newest line of the team's own output."""

    console: Console
    outcomes: dict[str, tuple[str, float]] = field(default_factory=dict)
    stage: str = ""
    text: str = ""
    log: str = ""
    reached: float = 0.0
    finished: bool = False
    _since: float = field(default_factory=time.monotonic)
    _spinner: Spinner = field(default_factory=lambda: Spinner("dots", style="cyan"))

    def __call__(self, event: Event) -> None:
        if event.kind == "stage":
            self._turn(event.stage, event.text)
        elif event.kind == "note":
            self.console.print(words(f"  {event.text}", QUIET))
        elif event.kind == "log":
            self.log = event.text
        else:
            self.text = event.text
            if event.fraction is not None:
                low, high = STAGES.get(event.stage, (0.0, 1.0))
                self.reached = max(self.reached, low + event.fraction * (high - low))

    def finish(self) -> None:
        """Leave the list of stages on the screen, without what only moves."""
        self.finished = True

    def _turn(self, stage: str, outcome: str) -> None:
        low, high = STAGES.get(stage, (0.0, 1.0))
        self.text, self.log = "", ""
        if outcome == "started":
            self.stage, self._since, self.reached = stage, time.monotonic(), low
        else:
            spent = time.monotonic() - self._since if stage == self.stage else 0.0
            self.stage, self.outcomes[stage], self.reached = "", (outcome, spent), high

    def __rich__(self) -> ConsoleRenderable:
        rows = Table.grid(padding=(0, 1))
        rows.add_column(width=1)
        rows.add_column(width=max(map(len, STAGES)))
        rows.add_column(no_wrap=True, overflow="ellipsis")
        for stage in STAGES:
            rows.add_row(*self._row(stage))
        if self.finished:
            return rows
        bar = Table.grid(padding=(0, 1))
        bar.add_row(ProgressBar(total=1.0, completed=self.reached, width=BAR_WIDTH), Text(f"{self.reached:4.0%}"))
        width = max(self.console.width - LOG_COLUMNS, 20)
        return Group(rows, bar, words(self.log.strip()[:width], QUIET))

    def _row(self, stage: str) -> tuple[ConsoleRenderable, Text, Text]:
        if stage in self.outcomes:
            outcome, spent = self.outcomes[stage]
            colour, mark = MARKS.get(outcome, (QUIET, "·"))
            said = seconds(spent) if outcome in ("done", "failed") else outcome
            return Text(mark, colour), Text(stage), words(said, QUIET)
        if stage == self.stage and not self.finished:
            return self._spinner, Text(stage, "bold"), words(f"{time.monotonic() - self._since:.0f} s  {self.text}")
        return Text("·", QUIET), Text(stage, QUIET), Text("")


@dataclass
class Lines:
    """Plain lines on standard error, each piece of news once."""

    _last: str = ""
    _said_at: float = 0.0

    def __call__(self, event: Event) -> None:
        if event.kind == "log":
            return
        text = event.text
        # "booting, 1 s", "booting, 2 s" is the same news.
        news = f"{event.stage} {event.kind} {re.sub(r'[0-9.]+', '', text)}"
        if event.kind == "progress" and news == self._last and time.monotonic() - self._said_at < REPEAT_S:
            return
        self._last, self._said_at = news, time.monotonic()
        print(f"{event.stage:>10}  {words(text).plain}", file=sys.stderr, flush=True)
