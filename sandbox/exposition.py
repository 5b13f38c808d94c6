"""Reading a team's metrics page: the Prometheus or OpenMetrics text under our caps, and what in it counts requests."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

MAX_BYTES = 1024 * 1024
MAX_SERIES = 10_000
MAX_LINE = 8 * 1024
MAX_LABELS = 64
# A count beyond this cannot be told from the next one.
MAX_COUNT = 2.0**53
REQUESTS = re.compile(r"request|http", re.IGNORECASE)
LATENCY = re.compile(r"duration|latency|seconds|time|_ms", re.IGNORECASE)

# A series: its name and its labels, sorted.
Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Exposition:
    """Totals by family. `counters`: name -> sum over its series; `histograms`: name -> observations counted.

    samples      every series with a finite value, without the times of creation
    kinds        name of the family as samples bear it ("x_total" for a counter) -> its type, "unknown" without one
    undescribed  families without a HELP or a TYPE line
    """

    families: int = 0
    series: int = 0
    counters: dict[str, float] = field(default_factory=dict)
    histograms: dict[str, float] = field(default_factory=dict)
    samples: dict[Key, float] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    undescribed: tuple[str, ...] = ()

    @property
    def latency_histogram(self) -> str | None:
        """The histogram that looks like the time of requests."""
        named = self.latency_histograms()
        return next((name for name in named if REQUESTS.search(name)), next(iter(named), None))

    def latency_histograms(self) -> list[str]:
        return [name for name in self.histograms if LATENCY.search(name)]

    def request_counters(self) -> dict[str, float]:
        """Everything that might count requests: counters, else the counts of histograms."""
        found = {name: value for name, value in self.counters.items() if REQUESTS.search(name)}
        found |= {f"{name}_count": value for name, value in self.histograms.items() if REQUESTS.search(name)}
        return found


def parse(text: str) -> Exposition:
    """Raises ValueError, whatever the text: it is in neither format, or is larger than the caps.

    A series that stands there twice counts once, as a Prometheus server would take it; a value that is no finite
    number counts nothing.
    """
    _check_size(text)
    reader = openmetrics if text.rstrip().endswith("# EOF") else prometheus
    page = _Page()
    try:
        for family in reader(text):
            page.add(family)
    except ValueError:
        raise
    except Exception as error:  # the parser was not written for text that is made to break it
        raise ValueError(f"not the Prometheus text format ({type(error).__name__})") from error
    if not page.families:
        raise ValueError("no metric in it")
    return Exposition(
        page.families, page.series, page.counters, page.histograms, page.samples, page.kinds, tuple(page.undescribed)
    )


@dataclass
class _Page:
    """What has been read of a page so far."""

    families: int = 0
    series: int = 0
    counters: dict[str, float] = field(default_factory=dict)
    histograms: dict[str, float] = field(default_factory=dict)
    samples: dict[Key, float] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    undescribed: list[str] = field(default_factory=list)

    def add(self, family: Metric) -> None:
        first = {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in reversed(family.samples)
        }
        self.families += 1
        self.series += len(first)
        own = {key: value for key, value in first.items() if not key[0].endswith("_created") and _counts(value)}
        self.samples |= own
        name = f"{family.name}_total" if family.type == "counter" else family.name
        kind = str(family.type)
        self.kinds[name] = kind
        # The client libraries write the times of creation as families of their own, which nobody would describe.
        if (not family.documentation or kind == "unknown") and first and not family.name.endswith("_created"):
            self.undescribed.append(name)
        if kind == "counter":
            self.counters[name] = sum(own.values())
        elif kind == "histogram":
            self.histograms[name] = sum(value for key, value in own.items() if key[0].endswith("_count"))


def _check_size(text: str) -> None:
    """Before the parser, which builds everything in memory."""
    lines = text.split("\n") if len(text) <= MAX_BYTES else ()
    if not lines or any(len(line) > MAX_LINE for line in lines):
        raise ValueError("the page is larger than a metrics page may be")
    if sum(bool(line) and not line.startswith("#") for line in lines) > MAX_SERIES:
        raise ValueError(f"more than {MAX_SERIES} series")
    if any(line.count('="') > MAX_LABELS for line in lines):
        raise ValueError(f"more than {MAX_LABELS} labels on a series")


def _counts(value: float) -> bool:
    return math.isfinite(value) and abs(value) < MAX_COUNT
