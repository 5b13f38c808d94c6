"""Progress and reports for people at a terminal; plain lines where there is none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from sandbox.events import Event, Sink

STAGES = {"fetching": (0.0, 0.05), "building": (0.05, 0.4), "observing": (0.4, 1.0)}
COLOURS = {"A": "green", "B": "green", "C": "yellow", "D": "yellow", "E": "red"}
MARKS = {
    "pass": ("green", "✓"),
    "fail": ("red", "✗"),
    "not_applicable": ("bright_black", "·"),
    "inconclusive": ("yellow", "?"),
}


@contextmanager
def progress() -> Iterator[Sink]:
    """A sink that draws a bar on standard error, or prints a line a piece of news where that is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain
        return
    columns = (SpinnerColumn(), TextColumn("{task.description:<46}"), BarColumn(28), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("starting", total=1.0)

        def sink(event: Event) -> None:
            low, high = STAGES.get(event.stage, (0.0, 1.0))
            if event.kind == "stage":
                reached = high if event.text != "started" else low
                bar.update(task, completed=reached, description=escape(f"{event.stage}: {event.text}"))
                if event.text == "failed":
                    console.print(f"[red]✗[/] {event.stage}")
                elif event.text != "started":
                    console.print(f"[green]✓[/] {event.stage} [bright_black]{event.text}[/]")
            elif event.kind == "note":
                console.print(Text(f"  {event.text}", style="bright_black"))
            elif event.kind == "progress":
                bar.update(task, description=escape(event.text[:46]))
                if event.fraction is not None:
                    bar.update(task, completed=low + event.fraction * (high - low))
            else:
                bar.update(task, description=escape(event.text.strip()[:46]))

        yield sink


def _plain(event: Event) -> None:
    if event.kind != "log":
        percent = "" if event.fraction is None else f" {event.fraction:.0%}"
        print(f"{event.stage:>10} {event.kind:<8} {event.text}{percent}", file=sys.stderr, flush=True)


def print_report(report: dict[str, Any]) -> None:
    """The whole report as a person reads it: verdict, fault, categories, figures, findings by gain."""
    console = Console()
    console.print(_verdict(report))
    if report["fault"]:
        console.print(_fault(report["fault"]))
    console.print(_categories(report["scorecard"]))
    if rows := _figures(report["measurements"]):
        console.print(rows)
    console.print(_findings(report["findings"]))
    plan = report["plan"] or {}
    for base in plan.get("base_images", []):
        if base["how"] == "stand-in":
            console.print(Text(f"{base['wanted']} was replaced by a stand-in made here.", style="bright_black"))
    for note in plan.get("repairs", []):
        console.print(Text(f"Repaired by the platform: {note['why']}", style="bright_black"))
    console.print(Text(f"{report['scorecard']['rubric']}  {report['scorecard']['digest']}", style="bright_black"))


def _verdict(report: dict[str, Any]) -> Panel:
    card, source = report["scorecard"], report["source"]
    colour = COLOURS.get(card["grade"], "white")
    total = "no total" if card["total"] is None else f"{card['total']:g} of 100"
    state = "healthy" if report["healthy"] else "answers, but tells no health" if report["deployed"] else "not deployed"
    lines = [Text.assemble((f" {card['grade']} ", f"bold reverse {colour}"), f"  {total}, {state}")]
    where = " ".join(filter(None, (str(source.get("url", "")), str(source.get("commit", ""))[:12])))
    lines.append(Text(where, style="bright_black"))
    if card["provisional"]:
        lines.append(Text("Provisional: some checks could not look.", style="yellow"))
    return Panel(Group(*lines), border_style=colour, title="Assay", title_align="left")


def _fault(fault: dict[str, Any]) -> Panel:
    body = [Text(fault["title"], style="bold")]
    if fault["where"]:
        body.append(Text(fault["where"], style="cyan"))
    if fault["detail"]:
        body.append(Text(fault["detail"], style="bright_black"))
    if fault["fix"]:
        body.append(Text(f"→ {fault['fix']}", style="green"))
    return Panel(Group(*body), border_style="red", title=f"{fault['stage']}: {fault['id']}", title_align="left")


def _categories(card: dict[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, score in card["categories"].items():
        filled = round((score or 0) / 5)
        bar = Text("█" * filled, style="yellow" if score is not None and score < 65 else "green")
        bar.append("░" * (20 - filled), style="bright_black")
        table.add_row(name, bar, "not judged" if score is None else f"{score:5.1f}")
    return table


def _figures(measured: dict[str, Any]) -> Table | None:
    load, boot, memory = (measured.get(name) or {} for name in ("load", "boot", "memory"))
    rows = []
    if boot.get("ready_after_s") is not None:
        rows.append(
            (
                "ready after",
                f"{boot['ready_after_s']:.1f} s",
                f"port {boot['port']}, {boot['health_path'] or 'no health path'}",
            )
        )
    if load.get("p95_ms") is not None:
        rows.append(
            (
                "p50 / p95 / p99",
                " / ".join(f"{load[name]:.0f}" for name in ("p50_ms", "p95_ms", "p99_ms")) + " ms",
                f"at {load['rate_rps']:.0f} a second",
            )
        )
        rows.append(("failures", f"{load['failure_pct']:.1f} %", f"of {load['sent']} requests"))
        rows.append(("capacity", f"{load['capacity_rps']:.0f} a second", "at least" if load["at_least"] else ""))
    if memory.get("peak_bytes"):
        rows.append(
            (
                "memory",
                f"{memory['peak_bytes'] / 1e6:.0f} MB at the peak",
                f"limit {memory['limit_bytes'] / 1e6:.0f} MB",
            )
        )
    if not rows:
        return None
    table = Table.grid(padding=(0, 2))
    for name, figure, remark in rows:
        table.add_row(Text(name, style="bright_black"), Text(figure, style="bold"), Text(remark, style="bright_black"))
    return table


def _findings(findings: list[dict[str, Any]]) -> Table:
    table = Table.grid(padding=(0, 1))
    order = {"fail": 0, "inconclusive": 1, "pass": 2, "not_applicable": 3}
    for row in sorted(findings, key=lambda row: (order[row["outcome"]], -row["weight"], row["check"])):
        colour, mark = MARKS[row["outcome"]]
        text = Text.assemble(
            (row["title"], "bold" if row["outcome"] == "fail" else ""), (f"  {row['observed']}", "bright_black")
        )
        if row["fix"]:
            text.append(f"\n→ {row['fix']}", style="green")
        table.add_row(Text(mark, style=colour), text)
    return table
