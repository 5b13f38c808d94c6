"""The organiser's writes: set up, rubric, open and close, void a visit, publish."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from hackathons.models import Hackathon, Project
from judges import rules
from judges.models import Criterion, Round, Visit
from judges.rules import Refused

# Where an organiser starts from: (name, description).
FIRST_RUBRIC = (
    ("Idea", "Is the problem real, and is the answer to it new or better?"),
    ("Craft", "Does it work in front of you, and is it well made?"),
    ("Usefulness", "Would somebody use this tomorrow?"),
    ("Explanation", "Can the team say how it works, and why it was built this way?"),
)


@transaction.atomic
def set_up_round(*, hackathon: Hackathon) -> Round:
    """The event's judging, with a first rubric to change; what exists already stays as it is."""
    round_, made = Round.objects.get_or_create(hackathon=hackathon)
    if made:
        save_rubric(round_=round_, criteria=[{"name": name, "description": text} for name, text in FIRST_RUBRIC])
    return round_


@transaction.atomic
def save_rubric(*, round_: Round, criteria: Iterable[Mapping[str, Any]]) -> list[Criterion]:
    """Replace the rubric. Each criterion: name, and optionally description and weight (> 0); the order is kept."""
    if not rules.can_change_rubric(round_):
        raise Refused("Judging has opened; the rubric stays as it is, so that every judge is asked the same.")
    round_.criteria.all().delete()
    return [
        Criterion.objects.create(round=round_, position=position, **criterion)
        for position, criterion in enumerate(criteria)
    ]


def change_settings(*, round_: Round, **fields: Any) -> None:
    """visits_per_judge, slot_minutes, balanced_only: they hold from the next table on."""
    Round.objects.filter(pk=round_.pk).update(**fields)


@transaction.atomic
def open_round(*, round_: Round) -> None:
    """Open, or open again after closing. Opening an open round changes nothing."""
    if round_.is_published:
        raise Refused("The results are published. Take them back before you open judging again.")
    if not round_.criteria.exists():
        raise Refused("Write the rubric first: without a criterion there is nothing to score.")
    if not round_.projects.exists():
        raise Refused("No team has added a project yet, so there is nothing to judge.")
    round_.opened_at = round_.opened_at or timezone.now()
    round_.closed_at = None
    round_.save(update_fields=["opened_at", "closed_at"])


def close_round(*, round_: Round) -> None:
    """No new tables and no edits from now on; who is at a table may finish."""
    if round_.is_open:
        round_.closed_at = timezone.now()
        round_.save(update_fields=["closed_at"])


@transaction.atomic
def publish_results(*, round_: Round, leave_out: bool = False) -> None:
    """Show the results on the scorecards. `leave_out`: the organiser accepts that some projects were never judged."""
    if round_.opened_at is None or round_.is_open:
        raise Refused("Close judging first; results that still change should not be published.")
    judged = Visit.objects.filter(judge__round=round_, state=Visit.State.SUBMITTED)
    missing = round_.projects.exclude(pk__in=judged.values("project"))
    if not judged.exists():
        raise Refused("No judge has handed in scores, so there are no results.")
    if missing and not leave_out:
        raise Refused(
            f"Never judged: {', '.join(project.name for project in missing)}. Confirm to publish without them."
        )
    round_.results_published_at = timezone.now()
    round_.save(update_fields=["results_published_at"])


def take_back_results(*, round_: Round) -> None:
    round_.results_published_at = None
    round_.save(update_fields=["results_published_at"])


@transaction.atomic
def void_visit(*, visit: Visit, by: User, reason: str) -> None:
    """Leave a visit out of the result. It is kept with who did it and why, and can be restored."""
    _refuse_when_published(visit.judge.round)
    moved = Visit.objects.filter(pk=visit.pk, state=Visit.State.SUBMITTED).update(
        state=Visit.State.VOIDED, voided_by=by, reason=reason[:200]
    )
    if not moved:
        raise Refused("Only a visit with scores can be left out, and this one is not counted any more.")


@transaction.atomic
def restore_visit(*, visit: Visit) -> None:
    """Count a voided visit again."""
    _refuse_when_published(visit.judge.round)
    Visit.objects.filter(pk=visit.pk, state=Visit.State.VOIDED).update(
        state=Visit.State.SUBMITTED, voided_by=None, reason=""
    )


def clear_absences(*, round_: Round, project: Project) -> int:
    """The team is back: judges are sent there again. Returns how many absences were cleared."""
    missed = Visit.objects.absences().filter(judge__round=round_, project=project)
    return missed.update(cleared_at=timezone.now())


def _refuse_when_published(round_: Round) -> None:
    if round_.is_published:
        raise Refused("The results are published. Take them back before you change what counts.")
