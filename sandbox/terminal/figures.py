"""The measured figures of a report, a row each, where they were measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.table import Table

from sandbox.evidence import failure
from sandbox.load.unit import unit_of
from sandbox.terminal.words import QUIET, seconds, size, words

Row = tuple[str, str, str]


def figures(report: dict[str, Any]) -> Table | None:
    """Name, figure and remark; None when nothing was measured. A member that an older report lacks is left out."""
    measured = {name: document for name, document in report["measurements"].items() if failure(document) is None}
    rows = [
        *_build(report["services"]),
        *_boot(measured.get("boot", {})),
        *_load(measured.get("load", {})),
        *_memory(measured.get("memory", {})),
        *_shutdown(measured.get("shutdown", {})),
    ]
    if not rows:
        return None
    table = Table.grid(padding=(0, 2))
    for name, figure, remark in rows:
        table.add_row(words(name, QUIET), words(figure, "bold"), words(remark, QUIET))
    return table


def _build(services: list[dict[str, Any]]) -> Iterator[Row]:
    for row in services:
        if row.get("image_bytes"):
            yield "image", size(row["image_bytes"]), f"built in {seconds(row['build_s'])}" if row.get("build_s") else ""


def _boot(boot: dict[str, Any]) -> Iterator[Row]:
    if boot.get("ready_after_s") is not None:
        where = f"port {boot.get('port')}, {boot.get('health_path') or 'no health path'}"
        yield "ready after", seconds(boot["ready_after_s"]), where


def _load(load: dict[str, Any]) -> Iterator[Row]:
    unit = unit_of(load)
    quantiles = [load.get(name) for name in ("p50_ms", "p95_ms", "p99_ms")]
    if None not in quantiles:
        said = " / ".join(f"{value:.0f}" for value in quantiles)
        yield "p50 / p95 / p99", f"{said} ms", f"at {load.get('rate_rps', 0):.0f} a second"
    if load.get("failure_pct") is not None:
        yield "failures", f"{load['failure_pct']:.1f} %", f"of {unit.many(load.get('sent', 0))}"
    if load.get("capacity_rps") is not None:
        yield "capacity", f"{unit.many(load['capacity_rps'])} a second", "at least" if load.get("at_least") else ""


def _memory(memory: dict[str, Any]) -> Iterator[Row]:
    if memory.get("peak_bytes"):
        limit = f"limit {size(memory['limit_bytes'])}" if memory.get("limit_bytes") else ""
        yield "memory at the peak", size(memory["peak_bytes"]), limit


def _shutdown(shutdown: dict[str, Any]) -> Iterator[Row]:
    if shutdown.get("seconds") is not None:
        killed = "had to be killed" if shutdown.get("killed") else f"exit status {shutdown.get('exit_code')}"
        yield "stopped after", seconds(shutdown["seconds"]), killed
