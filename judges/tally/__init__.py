"""Ballots in, ranking out: pure, deterministic, no database and no settings. `python -m judges.tally BALLOTS.csv`.

`rank` fits the model of `judges.tally.model` (severity, noise and scale of each judge), ranks the projects that were
visited, and says how sure the ranking is. The rows may come in any order; the same rows give the same result.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from judges.tally import flags
from judges.tally.ballot import Ballot, BallotError, Visits, collect
from judges.tally.model import Fit, fit
from judges.tally.standing import place, tie_band

__all__ = ["Ballot", "BallotError", "Fit", "Tally", "fit_ballots", "rank"]


@dataclass(frozen=True)
class Tally:
    """A result that survives JSON; `ranking`, `judges`, `not_judged` and `warnings` are a published interface.

    ranking     best first: project, rank, score and raw_mean (rubric scale), low and high (90 % rank interval),
                p_top {"3": chance}, views (visits counted), swayed_by [{judge, cut}]
    judges      by id: judge, severity (> 0 is lenient), noise_sd, scale (all on the rubric scale), flags, views
    outliers    visits far above what other judges saw: judge, project, visit, z
    islands     groups that share no visit with the largest one: judges, projects; not comparable with the rest
    ties        [{cut, projects}]: offer a tie-break visit, then the published criterion order, then a logged decision
    """

    ranking: list[dict[str, Any]]
    judges: list[dict[str, Any]]
    not_judged: list[str]
    warnings: list[str]
    outliers: list[dict[str, Any]]
    islands: list[dict[str, Any]]
    ties: list[dict[str, Any]]

    def to_json(self) -> dict[str, Any]:
        return {
            "ranking": self.ranking,
            "judges": self.judges,
            "not_judged": self.not_judged,
            "warnings": self.warnings,
            "outliers": self.outliers,
            "islands": self.islands,
            "ties": self.ties,
        }


def fit_ballots(ballots: Iterable[Ballot], weights: Mapping[str, float] | None = None) -> tuple[Visits, Fit | None]:
    """The countable visits and the model fitted to them; no fit when there are none."""
    visits = collect(ballots, weights)
    return visits, fit(visits) if len(visits.y) else None


def rank(
    ballots: Iterable[Ballot],
    cuts: Sequence[int] = (1, 3, 10),
    seed: int = 0,
    *,
    weights: Mapping[str, float] | None = None,
    projects: Iterable[str] = (),
    prior: Mapping[str, float] | None = None,
) -> Tally:
    """Rank every project with at least one countable visit.

    cuts      award places for p_top and ties;  seed  of the draws behind the intervals
    weights   criterion → share, None for all equal; one criterion alone gives that criterion's award
    projects  all projects of the event, so that those nobody judged are named
    prior     project → automatic score to lean on; off by default, since it makes the result partly automatic
    Raises BallotError for ballots that cannot be counted, ValueError for a cut below 1.
    """
    if any(cut < 1 for cut in cuts):
        raise ValueError("A cut is a number of places: 1 or more.")
    visits = collect(ballots, weights, projects)
    if not len(visits.y):
        return Tally([], [], list(visits.not_judged), ["No ballot counts yet."], [], [], [])
    model = fit(visits, prior)
    places = place(model, cuts, seed)
    out = flags.leave_judge_out(visits, model)
    swayed = flags.swayed_by(visits, model, out, cuts)
    views = np.bincount(visits.project)
    raw_mean = np.bincount(visits.project, visits.y) / views
    ranking = [
        {
            "project": visits.projects[at],
            "rank": int(places.rank[at]),
            "score": float(model.mean + model.quality[at]),
            "low": int(places.low[at]),
            "high": int(places.high[at]),
            "p_top": {str(cut): float(chance[at]) for cut, chance in places.p_top.items()},
            "raw_mean": float(raw_mean[at]),
            "views": int(views[at]),
            "swayed_by": [{"judge": visits.judges[judge], "cut": cut} for judge, cut in swayed[at]],
        }
        for at in places.order
    ]
    islands = flags.components(visits)[1:]
    bands = {cut: tie_band(model, places.order, cut) for cut in cuts}
    return Tally(
        ranking=ranking,
        judges=_judges(visits, model, flags.judge_flags(visits, out)),
        not_judged=list(visits.not_judged),
        warnings=[*visits.warnings, *(_island_warning(*island) for island in islands)],
        outliers=_outliers(visits, flags.visit_z(visits, model, out)),
        islands=[{"judges": judges, "projects": projects} for judges, projects in islands],
        ties=[{"cut": cut, "projects": [visits.projects[at] for at in band]} for cut, band in bands.items() if band],
    )


def _judges(visits: Visits, model: Fit, found: list[list[str]]) -> list[dict[str, Any]]:
    views = np.bincount(visits.judge)
    return [
        {
            "judge": name,
            "severity": float(model.severity[at]),
            "noise_sd": float(np.sqrt(model.noise_var[at])),
            "scale": float(model.scale[at]),
            "flags": found[at],
            "views": int(views[at]),
        }
        for at, name in enumerate(visits.judges)
    ]


def _outliers(visits: Visits, z: np.ndarray[Any, np.dtype[np.float64]]) -> list[dict[str, Any]]:
    return [
        {
            "judge": visits.judges[visits.judge[at]],
            "project": visits.projects[visits.project[at]],
            "visit": visits.ids[at],
            "z": float(z[at]),
        }
        for at in np.flatnonzero(z > flags.OUTLIER_Z)
    ]


def _island_warning(judges: list[str], projects: list[str]) -> str:
    return (
        f"Judges {_few(judges)} share no project with the others: their {len(projects)} projects ({_few(projects)}) "
        "cannot be compared with the rest. Send one of them to another group's table."
    )


def _few(names: list[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
