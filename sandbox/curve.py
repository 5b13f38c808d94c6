"""Curves: from a measured figure to a score 0..1, the same log-normal shape for every measure (as Lighthouse does)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

_Z90 = NormalDist().inv_cdf(0.9)


def less_is_better(value: float, *, median: float, p10: float) -> float:
    """0.5 at `median` and 0.9 at `p10` (< median): 1 - Φ(ln(value/median) · z90 / ln(median/p10)), two decimals.

    Raises ValueError unless 0 < p10 < median.
    """
    if not 0 < p10 < median:
        raise ValueError(f"a curve needs 0 < p10 < median, not p10={p10}, median={median}")
    if value <= 0:
        return 1.0
    return round(1 - NormalDist().cdf(math.log(value / median) * _Z90 / math.log(median / p10)), 2)


def more_is_better(value: float, *, median: float, p10: float) -> float:
    """0.5 at `median` and 0.9 at `p10` (> median)."""
    return 0.0 if value <= 0 else less_is_better(1 / value, median=1 / median, p10=1 / p10)


@dataclass(frozen=True)
class Curve:
    """The curve of a check: 0.5 at `median`, 0.9 at `p10`, in `unit` (as it ends a name: "ms", "rps"; may be "")."""

    unit: str
    median: float
    p10: float

    @property
    def less(self) -> bool:
        """Whether less is better."""
        return self.p10 < self.median

    def score(self, value: float) -> float:
        return round(self.exact(value), 2)

    def exact(self, value: float) -> float:
        """The score before it is rounded, for drawing."""
        if value <= 0:
            return float(self.less)
        return 1 - NormalDist().cdf(math.log(value / self.median) * _Z90 / math.log(self.median / self.p10))


def curves_of(thresholds: Mapping[str, float]) -> list[Curve]:
    """The curves among a check's thresholds: each pair "median_<unit>" and "p10_<unit>"."""
    found = []
    for name, median in thresholds.items():
        other = name.replace("median", "p10", 1)
        if name.startswith("median") and other in thresholds:
            found.append(Curve(name.removeprefix("median").lstrip("_"), median, thresholds[other]))
    return found
