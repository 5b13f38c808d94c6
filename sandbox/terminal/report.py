"""The whole report as a person reads it: verdict, what went wrong, categories, figures, findings by gain, footnotes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sandbox.terminal.console import Output
from sandbox.terminal.figures import figures
from sandbox.terminal.findings import findings
from sandbox.terminal.job import job
from sandbox.terminal.steps import steps
from sandbox.terminal.words import QUIET, words

COLOURS = {"A": "green", "B": "green", "C": "yellow", "D": "yellow", "E": "red"}
ENDED = {"aborted": "not scored: our machine failed", "cancelled": "cancelled"}
BAR_CELLS = 20
GOOD, FAIR = 80.0, 50.0


def print_report(report: dict[str, Any], console: Console | None = None) -> None:
    """Print to standard output unless another console is given."""
    console = console or Output()
    for part in _parts(report):
        console.print(part)
    card = report["scorecard"]
    # One line however narrow the terminal is, so that the digest can be copied whole.
    console.print(Text(f"\n{card['rubric']}  {card['digest']}", style=QUIET), soft_wrap=True)


def _parts(report: dict[str, Any]) -> Iterator[RenderableType]:
    yield _verdict(report)
    if report["fault"]:
        yield _fault(report["fault"])
    if report["outcome"] == "scored":
        yield _categories(report["scorecard"])
    if measured := figures(report):
        yield ""
        yield measured
    if seen := list(job(report)):
        yield ""
        yield from seen
    if advice := list(steps(report)):
        yield ""
        yield from advice
    if report["findings"]:
        yield ""
        yield from findings(report)
    if notes := list(_notes(report)):
        yield ""
        yield from (words(note, QUIET) for note in notes)


def _verdict(report: dict[str, Any]) -> Panel:
    card, source = report["scorecard"], report["source"]
    colour = COLOURS.get(card["grade"], "white")
    total = "no total" if card["total"] is None else f"{card['total']:g} of 100"
    state = (
        "healthy"
        if report["healthy"]
        else "answers, but tells no health"
        if report["deployed"]
        else _undeployed(report)
    )
    said = ENDED.get(report["outcome"]) or f"{total}, {state}"
    lines = [Text.assemble((f" {card['grade']} ", f"bold reverse {colour}"), f"  {said}")]
    where = [str(source.get("url", "")), str(source.get("ref", "")), str(source.get("commit") or "")[:12]]
    if any(where):
        lines.append(words("  ".join(filter(None, where)), QUIET))
    if runtime := (report["plan"] or {}).get("runtime"):
        lines.append(words(runtime, QUIET))
    lines.extend(
        words(f"{gate['says']} {gate['category'] or 'The total'} is at most {gate['cap']:g}.", "yellow")
        for gate in card.get("gates", ())
    )
    if card["provisional"]:
        lines.append(Text("Provisional: some checks could not look.", style="yellow"))
    return Panel(Group(*lines), border_style=colour, title="Assay", title_align="left")


def _undeployed(report: dict[str, Any]) -> str:
    """A job is not there to be deployed."""
    document = report["measurements"].get("job", {})
    return "a job that ran to its end" if document.get("state") == "done" else "not deployed"


def _fault(fault: dict[str, Any]) -> Panel:
    body = [words(fault["title"], "bold")]
    if fault["where"]:
        body.append(words(fault["where"], "cyan"))
    if fault["detail"]:
        body.append(words(fault["detail"], QUIET))
    if fault["fix"]:
        body.append(words(f"→ {fault['fix']}", "green"))
    whose = "" if fault["owner"] == "team" else " (ours)"
    title = words(f"{fault['stage']}: {fault['id']}{whose}")
    return Panel(Group(*body), border_style="red", title=title, title_align="left")


def _categories(card: dict[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, score in card["categories"].items():
        filled = round((score or 0) / 100 * BAR_CELLS)
        colour = "green" if (score or 0) >= GOOD else "yellow" if (score or 0) >= FAIR else "red"
        bar = Text("█" * filled, style=colour).append("░" * (BAR_CELLS - filled), style=QUIET)
        remark = "weakest" if name == card.get("weakest") and len(card["categories"]) > 1 else ""
        table.add_row(words(name), bar, "not judged" if score is None else f"{score:5.1f}", Text(remark, style=QUIET))
    return table


def _notes(report: dict[str, Any]) -> Iterator[str]:
    """What a reader must know to weigh the result: what was swapped, added, mended, left out."""
    source, plan = report["source"], report["plan"] or {}
    if len(report["services"]) > 1:
        rows = report["services"]
        yield f"The stack: {', '.join(f'{row["name"]} ({row["role"]}) {row["state"]}' for row in rows)}."
    if source.get("dirty"):
        yield "Uncommitted changes of the folder were not evaluated."
    for name, why in (("submodules", "were not fetched"), ("lfs_pointers", "are pointers to Git LFS, not files")):
        if listed := source.get(name):
            yield f"{name.replace('_', ' ')}: {', '.join(listed)} {why}."
    for base in plan.get("base_images", []):
        if base["how"] == "stand-in":
            differs = f" ({base['note']})" if base.get("note") else ""
            yield f"{base['wanted']} was replaced by a stand-in made here{differs}."
    for note in plan.get("repairs", []):
        yield f"Repaired by the platform: {note['why']}"
    for note in plan.get("refused", []):
        yield f"Refused: {note.get('what') or note['id']}: {note['why']}"
    if injected := plan.get("injected_env"):
        yield f"Set by the platform: {', '.join(injected)}."
    host = report["host"]
    if policy := host.get("policy"):
        digests = ", ".join(f"{profile} {digest[:19]}…" for profile, digest in policy.items())
        yield f"Sandboxed by {host['engine']} with {host['runtime']} under the run policies {digests}."
