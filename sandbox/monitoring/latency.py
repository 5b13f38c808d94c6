"""A latency histogram of a metrics page, compared with the times that we measured ourselves."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sandbox.exposition import Exposition, Key

MILLISECONDS = re.compile(r"_ms\b|_ms_|milli", re.IGNORECASE)

Buckets = dict[float, float]


def buckets_of(page: Exposition, histogram: str) -> Buckets:
    """Upper bound -> observations up to it, summed over all series of the histogram."""
    total: Buckets = defaultdict(float)
    for series in _series(page, histogram).values():
        for bound, value in series.items():
            total[bound] += value
    return dict(sorted(total.items()))


def unsound(page: Exposition, histogram: str) -> str:
    """What is wrong with a histogram as such, "" when nothing is: cumulative, with +Inf, which is its count."""
    counts = {labels: value for (name, labels), value in page.samples.items() if name == f"{histogram}_count"}
    for labels, series in _series(page, histogram).items():
        values = [series[bound] for bound in sorted(series)]
        if math.inf not in series:
            return "it has no +Inf bucket"
        if any(later < earlier for earlier, later in pairwise(values)):
            return "its buckets are not cumulative"
        if labels in counts and counts[labels] != series[math.inf]:
            return "its +Inf bucket is not its count"
    return ""


def _series(page: Exposition, histogram: str) -> dict[tuple[tuple[str, str], ...], Buckets]:
    found: dict[tuple[tuple[str, str], ...], Buckets] = defaultdict(dict)
    for (name, labels), value in page.samples.items():
        bound = _bound((name, labels), histogram)
        if bound is not None:
            found[tuple(pair for pair in labels if pair[0] != "le")][bound] = value
    return found


def _bound(key: Key, histogram: str) -> float | None:
    if key[0] != f"{histogram}_bucket":
        return None
    try:
        return float(dict(key[1]).get("le", ""))
    except ValueError:
        return None


def compare(before: Exposition, after: Exposition, histogram: str, seconds: Sequence[float]) -> dict[str, Any]:
    """{count, p50, p95}: what the histogram observed meanwhile, each quantile {ours_ms, from_ms, to_ms, apart}.

    `apart` is how many buckets lie between theirs and the one that ours falls into; quantiles are None where it
    observed nothing. `seconds` are our own times of the same requests.
    """
    first, last = buckets_of(before, histogram), buckets_of(after, histogram)
    grown = {bound: value - first.get(bound, 0.0) for bound, value in last.items()}
    count = grown.get(math.inf, 0.0)
    unit = 1.0 if MILLISECONDS.search(histogram) else 1000.0
    document: dict[str, Any] = {"count": count, "p50": None, "p95": None}
    if count <= 0 or not seconds:
        return document
    for name, share in (("p50", 0.5), ("p95", 0.95)):
        document[name] = _quantile(grown, share * count, _rank(seconds, share) * 1000, unit)
    return document


def _rank(values: Sequence[float], share: float) -> float:
    """The nearest rank."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _quantile(grown: Buckets, rank: float, ours_ms: float, unit: float) -> dict[str, Any]:
    bounds = sorted(grown)
    theirs = next((number for number, bound in enumerate(bounds) if grown[bound] >= rank), len(bounds) - 1)
    ours = next((number for number, bound in enumerate(bounds) if bound * unit >= ours_ms), len(bounds) - 1)
    to = bounds[theirs] * unit
    return {
        "ours_ms": round(ours_ms, 2),
        "from_ms": round(bounds[theirs - 1] * unit, 3) if theirs else 0.0,
        "to_ms": round(to, 3) if math.isfinite(to) else None,
        "apart": abs(theirs - ours),
    }
