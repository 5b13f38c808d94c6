"""The measured facts that a credential carries and a search can ask for, read from a report. Pure."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# rfc8785 and JavaScript read larger whole numbers differently.
MAX_NUMBER = 2**53


@dataclass(frozen=True)
class Measure:
    """`id` is its column in `SearchEntry` and its name in a search; `kind` its Open Badges result type."""

    id: str
    label: str
    unit: str
    kind: str
    read: Callable[[dict[str, Any]], Any]


def _load(key: str, *units: str) -> Callable[[dict[str, Any]], Any]:
    """A figure of the load; None of a page that is only a shell, and of other units than those that are compared."""

    def read(report: dict[str, Any]) -> Any:
        load = report.get("measurements", {}).get("load") or {}
        comparable = not load.get("shell") and (not units or load.get("unit", "request") in units)
        return load.get(key) if comparable else None

    return read


def _app_service(key: str) -> Callable[[dict[str, Any]], Any]:
    def read(report: dict[str, Any]) -> Any:
        return next((row.get(key) for row in report.get("services", []) if row.get("role") == "app"), None)

    return read


MEASURES = (
    Measure("p50_ms", "Median latency", "ms", "ext:LatencyMs", _load("p50_ms", "request")),
    Measure("p95_ms", "95th percentile latency", "ms", "ext:LatencyMs", _load("p95_ms", "request")),
    Measure("capacity_rps", "Capacity", "requests/s", "ext:RequestsPerSecond", _load("capacity_rps", "request")),
    Measure("failure_pct", "Failed requests", "%", "Percent", _load("failure_pct")),
    Measure("ready_after_s", "Ready after", "s", "ext:Seconds", _app_service("ready_after_s")),
    Measure("image_bytes", "Image size", "bytes", "ext:Bytes", _app_service("image_bytes")),
)


def number(value: Any) -> float | int | None:
    """Give a finite number that every JSON reader reads alike, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return value if abs(value) < MAX_NUMBER else None


def measured(report: dict[str, Any]) -> dict[str, float | int | None]:
    """Give every measure by id; None where it was not measured."""
    return {measure.id: number(measure.read(report)) for measure in MEASURES}


def figures(report: dict[str, Any]) -> dict[str, dict[str, float | int]]:
    """Give the plain numbers of each probe's document, for the signed statement: no text, no nested rows."""
    return {
        probe: {key: value for key, value in document.items() if number(value) is not None}
        for probe, document in report.get("measurements", {}).items()
        if isinstance(document, dict) and any(number(value) is not None for value in document.values())
    }


def as_text(value: float) -> str:
    """Write a number as a credential's text: at most two decimals, no exponent, no trailing zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
