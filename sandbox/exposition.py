"""Reading a team's metrics page: the Prometheus text format under our caps, and what in it counts requests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from prometheus_client.parser import text_string_to_metric_families

MAX_BYTES = 1024 * 1024
MAX_SERIES = 10_000
MAX_LINE = 8 * 1024
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
    """Raises ValueError for text that is not the Prometheus format or is larger than the caps."""
    if len(text) > MAX_BYTES or any(len(line) > MAX_LINE for line in text.split("\n")):
        raise ValueError("the page is larger than a metrics page may be")
    counters: dict[str, float] = {}
    histograms: dict[str, float] = {}
    families = series = 0
    for family in text_string_to_metric_families(text):
        families += 1
        series += len(family.samples)
        if series > MAX_SERIES:
            raise ValueError(f"more than {MAX_SERIES} series")
        if family.type == "counter":
            values = [sample.value for sample in family.samples if not sample.name.endswith("_created")]
            counters[f"{family.name}_total"] = sum(values)
        elif family.type in ("histogram", "summary"):
            counts = [sample.value for sample in family.samples if sample.name.endswith("_count")]
            if family.type == "histogram":
                histograms[family.name] = sum(counts)
    if not families:
        raise ValueError("no metric in it")
    return Exposition(families, series, counters, histograms)
