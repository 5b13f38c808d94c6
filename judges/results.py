"""What judging came to: the ranking for the organiser, and one project's result for its scorecard."""

from typing import Any, TypedDict

from django.core.cache import cache

from evaluations.models import Scorecard
from hackathons.models import Project
from judges.models import Round, Visit
from judges.rows import ballots_of, key, weights_of
from judges.tally import Ballot, Tally, rank

CUTS = (1, 3, 10)
SCALE = (1.0, 5.0)


class CriterionMean(TypedDict):
    name: str
    mean: float


class Result(TypedDict):
    """rank of `of` ranked projects; score and raw_mean on 1..5; low and high: 90 % interval of the rank."""

    rank: int
    of: int
    score: float
    low: int
    high: int
    criteria: list[CriterionMean]
    visits: int
    raw_mean: float


def tally_of(round_: Round) -> Tally:
    """The ranking as of now, projects and judges by `rows.key`."""
    projects = [key(pk) for pk in round_.projects.values_list("pk", flat=True)]
    return rank(ballots_of(round_), CUTS, weights=weights_of(round_), projects=projects)


def for_project(project: Project) -> Result | None:
    """The project's published result; None before publication and for a project that was not judged."""
    round_ = Round.objects.filter(hackathon=project.team.hackathon_id, results_published_at__isnull=False).first()
    if round_ is None:
        return None
    # What is published does not change until it is taken back, and then it gets a new date.
    name = f"judging-results-{round_.pk}-{round_.results_published_at.timestamp()}"
    results: dict[str, Result] = cache.get_or_set(name, lambda: _all_results(round_), timeout=3600)
    return results.get(key(project.pk))


def _all_results(round_: Round) -> dict[str, Result]:
    ballots = [ballot for ballot in ballots_of(round_) if not ballot.voided]
    names = list(weights_of(round_))
    ranking = tally_of(round_).ranking
    return {row["project"]: _result(row, len(ranking), names, ballots) for row in ranking}


def _result(row: dict[str, Any], of: int, criteria: list[str], ballots: list[Ballot]) -> Result:
    mine = [ballot.scores for ballot in ballots if ballot.project == row["project"]]
    given = {name: [s for scores in mine if (s := scores.get(name)) is not None] for name in criteria}
    return {
        "rank": row["rank"],
        "of": of,
        # The model knows no ends of the scale; a reader does.
        "score": min(max(row["score"], SCALE[0]), SCALE[1]),
        "low": row["low"],
        "high": row["high"],
        "criteria": [{"name": name, "mean": sum(values) / len(values)} for name, values in given.items() if values],
        "visits": row["views"],
        "raw_mean": row["raw_mean"],
    }


def machine_results(visits: list[Visit]) -> dict[int, Scorecard]:
    """Project id → its latest scorecard, for visits whose own scores are saved: a judge sees it only afterwards."""
    projects = [visit.project_id for visit in visits if visit.submitted_at is not None]
    cards = Scorecard.objects.filter(evaluation__submission__project__in=projects).select_related(
        "evaluation__submission"
    )
    return {card.evaluation.submission.project_id: card for card in cards.order_by("created_at")}
