"""Functions of PromQL: of the points of a window, of a value, and of a histogram's buckets."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

Labels = tuple[tuple[str, str], ...]
Vector = dict[Labels, float]
# (seconds, value), in the order of time
Points = list[tuple[float, float]]


def nameless(labels: Labels) -> Labels:
    return tuple(pair for pair in labels if pair[0] != "__name__")


def _increase(points: Points) -> float:
    """A counter that falls was started again at zero."""
    return math.fsum(b if b < a else b - a for (_, a), (_, b) in pairwise(points))


def _seconds(points: Points) -> float:
    return points[-1][0] - points[0][0]


# At least two points; the windows that looks can fill are shorter than most that are written.
OF_TWO: dict[str, Callable[[Points], float]] = {
    "rate": lambda points: _increase(points) / _seconds(points),
    "irate": lambda points: _increase(points[-2:]) / _seconds(points[-2:]),
    "increase": _increase,
    "delta": lambda points: points[-1][1] - points[0][1],
    "idelta": lambda points: points[-1][1] - points[-2][1],
    "deriv": lambda points: (points[-1][1] - points[0][1]) / _seconds(points),
}
OF_ONE: dict[str, Callable[[Points], float]] = {
    "changes": lambda points: float(sum(a != b for (_, a), (_, b) in pairwise(points))),
    "resets": lambda points: float(sum(b < a for (_, a), (_, b) in pairwise(points))),
    "avg_over_time": lambda points: math.fsum(value for _, value in points) / len(points),
    "min_over_time": lambda points: min(value for _, value in points),
    "max_over_time": lambda points: max(value for _, value in points),
    "sum_over_time": lambda points: math.fsum(value for _, value in points),
    "count_over_time": lambda points: float(len(points)),
    "last_over_time": lambda points: points[-1][1],
    "present_over_time": lambda _: 1.0,
}
OF_VALUES: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "ceil": lambda value: float(math.ceil(value)) if math.isfinite(value) else value,
    "floor": lambda value: float(math.floor(value)) if math.isfinite(value) else value,
    "round": lambda value: float(round(value)) if math.isfinite(value) else value,
    "sqrt": lambda value: math.sqrt(value) if value >= 0 else math.nan,
}


def quantiles(share: float, buckets: Vector) -> Vector:
    """Of each histogram, between the bounds of a bucket by straight lines, as Prometheus does it."""
    histograms: dict[Labels, dict[float, float]] = {}
    for labels, count in buckets.items():
        try:
            bound = float(dict(labels).get("le", ""))
        except ValueError:
            continue
        own = tuple(pair for pair in nameless(labels) if pair[0] != "le")
        histograms.setdefault(own, {})[bound] = count
    return {labels: _quantile(share, counts) for labels, counts in histograms.items() if math.inf in counts}


def _quantile(share: float, counts: Mapping[float, float]) -> float:
    bounds = sorted(counts)
    total = counts[math.inf]
    if len(bounds) < 2 or not total > 0 or not 0 <= share <= 1:
        return math.nan
    rank = share * total
    at = next(number for number, bound in enumerate(bounds) if counts[bound] >= rank or bound == math.inf)
    if bounds[at] == math.inf:
        return bounds[-2]
    low, before = (bounds[at - 1], counts[bounds[at - 1]]) if at else (min(0.0, bounds[0]), 0.0)
    inside = counts[bounds[at]] - before
    return low + (bounds[at] - low) * ((rank - before) / inside if inside else 1.0)
