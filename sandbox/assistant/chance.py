"""What chance explains: the interval in which a share of draws lies."""

from __future__ import annotations

import math
from statistics import NormalDist


def interval(share: float, draws: int, certainty: float = 0.99) -> tuple[float, float]:
    """The least and the most that a binomial count has with this certainty, by its normal approximation."""
    z = NormalDist().inv_cdf(0.5 + certainty / 2)
    spread = z * math.sqrt(draws * share * (1 - share))
    return math.floor(draws * share - spread), math.ceil(draws * share + spread)
