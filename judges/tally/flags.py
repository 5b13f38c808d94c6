"""What a person should look at before the result is announced. A flag informs; only a person voids a visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from judges.tally.ballot import Floats, Visits
from judges.tally.model import Fit

FLAT_SD = 0.20
MIN_VISITS = 5
OUTLIER_Z = 1.5


@dataclass(frozen=True)
class LeaveOut:
    """Quality of each visit's project as the other judges see it. One entry a visit; `others` counts their visits."""

    quality: Floats
    variance: Floats
    others: Floats


def leave_judge_out(visits: Visits, fit: Fit) -> LeaveOut:
    """Take the visit's judge out of the project's sums, the other judges' parameters held: no refit a judge."""
    i, j = visits.project, visits.judge
    n, m = len(visits.projects), len(visits.judges)
    a = fit.scale[j]
    weight = a * a / fit.noise_var[j]
    pulled = a * (visits.y - fit.mean - fit.severity[j]) / fit.noise_var[j]
    same = i * m + j  # all of this judge's visits to this project go, not only this one
    _, pair = np.unique(same, return_inverse=True)
    size = int(pair.max()) + 1

    def others(values: Floats) -> Floats:
        rest: Floats = np.bincount(i, values, n)[i] - np.bincount(pair, values, size)[pair]
        return rest

    precision = 1.0 / fit.quality_prior_var + np.maximum(others(weight), 0.0)
    pull = fit.prior_mean[i] / fit.quality_prior_var
    return LeaveOut((others(pulled) + pull) / precision, 1.0 / precision, np.round(others(np.ones(len(i)))))


def judge_flags(visits: Visits, out: LeaveOut) -> list[list[str]]:
    """ "flat": hardly any spread in the totals. "contrary": prefers what the others do not. From 5 visits on."""
    flags: list[list[str]] = []
    for judge in range(len(visits.judges)):
        mine = visits.judge == judge
        y, expected = visits.y[mine], out.quality[mine]
        found = []
        if len(y) >= MIN_VISITS:
            if float(y.std()) < FLAT_SD:
                found.append("flat")
            if float(((y - y.mean()) * (expected - expected.mean())).sum()) < 0:  # the sign of the correlation
                found.append("contrary")
        flags.append(found)
    return flags


def visit_z(visits: Visits, fit: Fit, out: LeaveOut) -> Floats:
    """How far a visit lies above what the other judges lead to expect, in SDs; 0 where nobody else was there."""
    j = visits.judge
    a = fit.scale[j]
    residual = visits.y - fit.mean - fit.severity[j] - a * out.quality
    z: Floats = residual / np.sqrt(fit.noise_var[j] + a * a * out.variance)
    return np.where(out.others > 0, z, 0.0)


def swayed_by(visits: Visits, fit: Fit, out: LeaveOut, cuts: Sequence[int]) -> list[list[tuple[int, int]]]:
    """For each project the (judge, cut) pairs where leaving out that one judge moves it across the cut."""
    swayed: list[list[tuple[int, int]]] = [[] for _ in visits.projects]
    inside = {cut: _among_best(fit.quality, cut) for cut in cuts if cut < len(visits.projects)}
    for judge in range(len(visits.judges)):
        mine = visits.judge == judge
        quality = fit.quality.copy()
        quality[visits.project[mine]] = out.quality[mine]
        for cut, before in inside.items():
            moved = np.flatnonzero(before != _among_best(quality, cut))
            for project in np.intersect1d(moved, visits.project[mine]):
                swayed[project].append((judge, cut))
    return swayed


def _among_best(quality: Floats, cut: int) -> Floats:
    inside = np.zeros(len(quality), dtype=bool)
    inside[np.argsort(-quality, kind="stable")[:cut]] = True
    return inside


def components(visits: Visits) -> list[tuple[list[str], list[str]]]:
    """Groups of (judges, projects) tied by shared visits, largest first. Severity is comparable within one only."""
    n, m = len(visits.projects), len(visits.judges)
    ones = np.ones(len(visits.y))
    graph = sparse.csr_array((ones, (visits.project, visits.judge + n)), shape=(n + m, n + m))
    count, label = csgraph.connected_components(graph, directed=False)
    groups = [
        (
            [visits.judges[at] for at in np.flatnonzero(label[n:] == group)],
            [visits.projects[at] for at in np.flatnonzero(label[:n] == group)],
        )
        for group in range(count)
    ]
    return sorted(groups, key=lambda group: (-len(group[1]), group[1]))
