"""Reading a team's metrics page: the Prometheus text format under our caps, and what in it counts requests."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

MAX_BYTES = 1024 * 1024
MAX_SERIES = 10_000
MAX_LINE = 8 * 1024
MAX_LABELS = 64
# A count beyond this cannot be told from the next one.
MAX_COUNT = 2.0**53
REQUESTS = re.compile(r"request|http", re.IGNORECASE)
LATENCY = re.compile(r"duration|latency|seconds|time|_ms", re.IGNORECASE)


@dataclass(frozen=True)
class Exposition:
    """Totals by family. `counters`: name -> sum over its series; `histograms`: name -> observations counted."""

    families: int = 0
    series: int = 0
    counters: dict[str, float] = field(default_factory=dict)
    histograms: dict[str, float] = field(default_factory=dict)

    @property
    def latency_histogram(self) -> str | None:
        """The histogram that looks like the time of requests."""
        named = [name for name in self.histograms if LATENCY.search(name)]
        return next((name for name in named if REQUESTS.search(name)), next(iter(named), None))

    def request_counters(self) -> dict[str, float]:
        """Everything that might count requests: counters, else the counts of histograms."""
        found = {name: value for name, value in self.counters.items() if REQUESTS.search(name)}
        found |= {f"{name}_count": value for name, value in self.histograms.items() if REQUESTS.search(name)}
        return found


def parse(text: str) -> Exposition:
    """Raises ValueError, whatever the text: it is not the Prometheus format, or is larger than the caps.

    A series that stands there twice counts once, as a Prometheus server would take it; a value that is no finite
    number counts nothing.
    """
    _check_size(text)
    counters: dict[str, float] = {}
    histograms: dict[str, float] = {}
    families = series = 0
    try:
        for family in text_string_to_metric_families(text):
            families += 1
            first = {(sample.name, *sorted(sample.labels.items())): sample for sample in reversed(family.samples)}
            series += len(first)
            if family.type == "counter":
                values = [sample.value for sample in first.values() if not sample.name.endswith("_created")]
                counters[f"{family.name}_total"] = _sum(values)
            elif family.type == "histogram":
                values = [sample.value for sample in first.values() if sample.name.endswith("_count")]
                histograms[family.name] = _sum(values)
    except ValueError:
        raise
    except Exception as error:  # the parser was not written for text that is made to break it
        raise ValueError(f"not the Prometheus text format ({type(error).__name__})") from error
    if not families:
        raise ValueError("no metric in it")
    return Exposition(families, series, counters, histograms)


def _check_size(text: str) -> None:
    """Before the parser, which builds everything in memory."""
    lines = text.split("\n") if len(text) <= MAX_BYTES else ()
    if not lines or any(len(line) > MAX_LINE for line in lines):
        raise ValueError("the page is larger than a metrics page may be")
    if sum(bool(line) and not line.startswith("#") for line in lines) > MAX_SERIES:
        raise ValueError(f"more than {MAX_SERIES} series")
    if any(line.count('="') > MAX_LABELS for line in lines):
        raise ValueError(f"more than {MAX_LABELS} labels on a series")


def _sum(values: list[float]) -> float:
    return sum(value for value in values if math.isfinite(value) and abs(value) < MAX_COUNT)
