"""Rows of the database as the pure values that `judges.tally` and `judges.assignment` work on."""

from collections.abc import Sequence
from datetime import datetime

from django.core.cache import cache

from hackathons.models import Project
from judges.assignment import Assigner, Belief, Lease, Panelist, Policy, Skip, Stand
from judges.models import Conflict, Judge, Round, Score, Visit
from judges.tally import Ballot

# Tables without coordinates: ten to an aisle, 2 m apart, aisles 4 m apart.
TABLES_PER_AISLE, TABLE_PITCH, AISLE_PITCH = 10, 2.0, 4.0
# Award places that extra visits are spent on: the prizes and the finalists.
CUTS = (3, 10)


def key(pk: int) -> str:
    """Ids that sort as text the way they sort as numbers, so that the ranking breaks exact ties by age."""
    return f"{pk:09d}"


def weights_of(round_: Round) -> dict[str, float]:
    return {criterion.name: criterion.weight for criterion in round_.criteria.all()}


def ballots_of(round_: Round) -> list[Ballot]:
    """Every visit with scores, voided ones marked, in the order they were handed in. Two queries."""
    scores: dict[int, dict[str, float | None]] = {}
    rows = Score.objects.filter(visit__judge__round=round_).values_list("visit_id", "criterion__name", "value")
    for visit, criterion, value in rows:
        scores.setdefault(visit, {})[criterion] = float(value)
    visits = Visit.objects.cast().filter(judge__round=round_).order_by("submitted_at", "pk")
    return [
        Ballot(
            judge=key(judge),
            project=key(project),
            scores=scores.get(visit, {}),
            visit=str(visit),
            order=order,
            voided=state == Visit.State.VOIDED,
        )
        for order, (visit, judge, project, state) in enumerate(
            visits.values_list("pk", "judge_id", "project_id", "state"), start=1
        )
    ]


def stands_of(projects: Sequence[Project]) -> list[Stand]:
    """Measured places where the organiser gave any; else places worked out from the table numbers."""
    measured = any(project.table_x is not None and project.table_y is not None for project in projects)
    return [Stand(key(project.pk), *_place(project, measured=measured)) for project in projects]


def _place(project: Project, *, measured: bool) -> tuple[float | None, float | None]:
    if measured:
        return project.table_x, project.table_y
    if project.table_number is None:
        return None, None
    aisle, along = divmod(project.table_number - 1, TABLES_PER_AISLE)
    return aisle * AISLE_PITCH, along * TABLE_PITCH


def barred_projects(round_: Round) -> dict[int, set[int]]:
    """Judge → projects never to be sent to: declared or recused, or the judge is a member of the team."""
    barred: dict[int, set[int]] = {}
    by_email: dict[str, list[int]] = {}
    for judge, email in round_.judges.exclude(email="").values_list("pk", "email"):
        by_email.setdefault(email.lower(), []).append(judge)
    members = round_.projects.filter(team__members__isnull=False).values_list("pk", "team__members__email")
    own = [(judge, project) for project, email in members for judge in by_email.get(email.lower(), ())]
    declared = Conflict.objects.filter(judge__round=round_).values_list("judge_id", "project_id")
    for judge, project in [*declared, *own]:
        barred.setdefault(judge, set()).add(project)
    return barred


def policy_of(round_: Round) -> Policy:
    panel = round_.judges.filter(withdrawn_at=None).count()
    return Policy(
        expected_visits=panel * round_.visits_per_judge,
        cuts=CUTS,
        slot=60.0 * round_.slot_minutes,
        balanced_only=round_.balanced_only,
    )


def assigner_for(round_: Round) -> Assigner:
    """The round as it stands. The belief about quality is shared between requests and renewed by the assigner."""
    barred = barred_projects(round_)
    panel = [
        Panelist(key(pk), frozenset(key(project) for project in barred.get(pk, ())))
        for pk in Judge.objects.filter(round=round_).values_list("pk", flat=True)
    ]
    of_round = Visit.objects.filter(judge__round=round_)
    waiting = of_round.filter(state=Visit.State.ASSIGNED).values_list("judge_id", "project_id", "lease_until")
    skipped = of_round.filter(state=Visit.State.SKIPPED, cleared_at=None)
    return Assigner(
        stands_of(list(round_.projects)),
        panel,
        policy_of(round_),
        ballots=ballots_of(round_),
        leases=[Lease(key(judge), key(project), _seconds(until)) for judge, project, until in waiting],
        skips=[
            Skip(key(judge), key(project), reason, _seconds(at))
            for judge, project, reason, at in skipped.values_list("judge_id", "project_id", "reason", "skipped_at")
        ],
        belief=cache.get(_belief_key(round_)),
        weights=weights_of(round_),
    )


def keep_belief(round_: Round, belief: Belief | None) -> None:
    """For the next request; losing it costs one fit."""
    cache.set(_belief_key(round_), belief, timeout=3600)


def _belief_key(round_: Round) -> str:
    return f"judging-belief-{round_.pk}"


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at is not None else 0.0
