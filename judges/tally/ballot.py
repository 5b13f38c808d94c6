"""Ballots as they were cast, and the arrays of countable visits that the model fits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class BallotError(ValueError):
    """A ballot that cannot be counted as it stands; the message says which one and why."""


@dataclass(frozen=True)
class Ballot:
    """One judge's scores for one project on one visit.

    scores  criterion → score on the rubric's scale (usually 1..5); None or absent where the judge gave no answer
    visit   identity of the visit: the same visit sent twice counts once. None: this row is a visit of its own.
    order   the judge's running number of the visit; kept for the reader, the model does not use it
    voided  taken out by a person, or cast despite a conflict of interest: never counted
    """

    judge: str
    project: str
    scores: Mapping[str, float | None] = field(hash=False)
    visit: str | None = None
    order: int | None = None
    voided: bool = False

    def total(self, weights: Mapping[str, float] | None = None) -> float | None:
        """Weighted mean over the answered criteria, None when none of them carries weight. No weights: all equal."""
        answered = [
            (1.0 if weights is None else weights.get(name, 0.0), score)
            for name, score in sorted(self.scores.items())
            if score is not None
        ]
        weight = math.fsum(share for share, _ in answered)
        return math.fsum(share * score for share, score in answered) / weight if weight > 0 else None


@dataclass(frozen=True)
class Visits:
    """Countable visits in a fixed order, whatever order they came in.

    projects, judges  ids, sorted; only those with at least one countable visit
    project, judge    index into those, one a visit;  y  the visit's total
    not_judged        projects that are known but have no countable visit: they are never ranked
    """

    projects: tuple[str, ...]
    judges: tuple[str, ...]
    project: Indices
    judge: Indices
    y: Floats
    ids: tuple[str | None, ...]
    not_judged: tuple[str, ...]
    warnings: tuple[str, ...]


def collect(
    ballots: Iterable[Ballot], weights: Mapping[str, float] | None = None, projects: Iterable[str] = ()
) -> Visits:
    """Keep each visit once, drop voided and unanswered ones, and sort by ids so that sums come out bit for bit equal.

    weights   criterion → share (≥ 0); criteria that are not named count nothing. None: all criteria equal.
    projects  every project of the event, to name those that nobody judged.
    Raises BallotError for a score or a weight that is no finite number, and for one visit id with two contents.
    """
    _refuse_bad_weights(weights)
    kept = _once_each(ballots)
    known = {ballot.project for ballot in kept} | set(projects)
    counted = [
        (ballot.project, ballot.judge, ballot.visit, total)
        for ballot in kept
        if not ballot.voided and (total := ballot.total(weights)) is not None
    ]
    counted.sort(key=lambda row: (row[0], row[1], row[2] or "", row[3]))
    project_ids = tuple(sorted({row[0] for row in counted}))
    judge_ids = tuple(sorted({row[1] for row in counted}))
    project_at = {name: at for at, name in enumerate(project_ids)}
    judge_at = {name: at for at, name in enumerate(judge_ids)}
    return Visits(
        projects=project_ids,
        judges=judge_ids,
        project=np.array([project_at[row[0]] for row in counted], dtype=np.int64),
        judge=np.array([judge_at[row[1]] for row in counted], dtype=np.int64),
        y=np.array([row[3] for row in counted], dtype=np.float64),
        ids=tuple(row[2] for row in counted),
        not_judged=tuple(sorted(known - set(project_ids))),
        warnings=_repeat_warnings([(row[1], row[0]) for row in counted]),
    )


def _refuse_bad_weights(weights: Mapping[str, float] | None) -> None:
    for name, weight in (weights or {}).items():
        if not (math.isfinite(weight) and weight >= 0):
            raise BallotError(f"The weight of criterion {name!r} is {weight}; it has to be a number of 0 or more.")


def _once_each(ballots: Iterable[Ballot]) -> list[Ballot]:
    kept: list[Ballot] = []
    by_visit: dict[str, Ballot] = {}
    for ballot in ballots:
        for name, score in ballot.scores.items():
            if score is not None and not math.isfinite(score):
                raise BallotError(f"Judge {ballot.judge!r}, project {ballot.project!r}: {name!r} is {score}.")
        if ballot.visit is not None:
            if ballot.visit in by_visit:
                if by_visit[ballot.visit] != ballot:
                    # Either one could be the judge's last word: choosing would make the ranking depend on row order.
                    raise BallotError(f"Visit {ballot.visit!r} is there twice with different contents; keep one row.")
                continue
            by_visit[ballot.visit] = ballot
        kept.append(ballot)
    return kept


def _repeat_warnings(pairs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(
        f"Judge {judge} scored project {project} {times} times; each counts as a visit of its own."
        for (judge, project), times in sorted(Counter(pairs).items())
        if times > 1
    )
