"""From quality to places: order, rank intervals, chances of an award, and ties at an award cut."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from judges.tally.ballot import Floats, Indices
from judges.tally.model import Fit

DRAWS = 1000
INTERVAL = (5, 95)
# Two neighbours at a cut are tied while neither has this chance of being the better one.
CLEAR = 0.6


@dataclass(frozen=True)
class Places:
    """Where each project stands; arrays run over the fit's projects.

    order      project indices, best first;  rank  1 = best
    low, high  5th and 95th percentile of the rank, outward to whole ranks
    p_top      cut → chance of being among the best `cut`
    """

    order: Indices
    rank: Indices
    low: Indices
    high: Indices
    p_top: dict[int, Floats]


def place(fit: Fit, cuts: Sequence[int], seed: int) -> Places:
    """Rank by quality (equal quality: by id) and draw whole rankings from the joint posterior for the uncertainty."""
    n = len(fit.quality)
    order = np.argsort(-fit.quality, kind="stable")
    rank = np.empty(n, dtype=np.int64)
    rank[order] = np.arange(1, n + 1)
    drawn = _draw(fit, seed)
    ranks = np.empty((DRAWS, n), dtype=np.int64)
    np.put_along_axis(ranks, np.argsort(-drawn, axis=1, kind="stable"), np.arange(1, n + 1)[None, :], axis=1)
    low, high = np.percentile(ranks, INTERVAL, axis=0)
    return Places(
        order=order,
        rank=rank,
        low=np.floor(low).astype(np.int64),
        high=np.ceil(high).astype(np.int64),
        p_top={cut: (ranks <= cut).mean(axis=0) for cut in cuts},
    )


def _draw(fit: Fit, seed: int) -> Floats:
    """DRAWS x N samples of quality, from N(θ, (A⁻¹ + A⁻¹CΣC'A⁻¹)·inflation) without building that N x N matrix."""
    rng = np.random.default_rng(seed)
    own = rng.standard_normal((DRAWS, len(fit.quality))) / np.sqrt(fit.precision)
    values, vectors = np.linalg.eigh(fit.judge_cov)  # a Cholesky factor would fail where rounding makes Σ semi-definite
    judges = rng.standard_normal((DRAWS, len(values))) @ (vectors * np.sqrt(np.clip(values, 0.0, None))).T
    shared: Floats = (sparse.diags_array(1.0 / fit.precision) @ fit.coupling @ judges.T).T
    drawn: Floats = fit.quality + math.sqrt(fit.inflation) * (own + shared)
    return drawn


def chance_better(fit: Fit, i: int, k: int) -> float:
    """P(project i is better than project k)."""
    ties = fit.coupling[[i, k], :].toarray() / fit.precision[[i, k], None]
    contrast = ties[0] - ties[1]
    variance = 1.0 / fit.precision[i] + 1.0 / fit.precision[k] + float(contrast @ fit.judge_cov @ contrast)
    z = float(fit.quality[i] - fit.quality[k]) / math.sqrt(max(variance * fit.inflation, 1e-300))
    return 0.5 * math.erfc(-z / math.sqrt(2))


def tie_band(fit: Fit, order: Indices, cut: int) -> list[int]:
    """Project indices around the cut, best first, that no visit so far tells apart; [] when the cut is clear."""
    if not 0 < cut < len(order) or chance_better(fit, order[cut - 1], order[cut]) >= CLEAR:
        return []
    first, last = cut - 1, cut
    while first > 0 and chance_better(fit, order[first - 1], order[first]) < CLEAR:
        first -= 1
    while last < len(order) - 1 and chance_better(fit, order[last], order[last + 1]) < CLEAR:
        last += 1
    return [int(at) for at in order[first : last + 1]]
