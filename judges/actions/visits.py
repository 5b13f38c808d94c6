"""The judge's writes: check in, take the next table, hand in, edit, skip.

Every write takes the round's row lock first (on SQLite the one write lock), so that two judges who ask at the same
moment are not sent to one table, and a hand-in that arrives twice is stored once.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hackathons.models import Project
from judges import rules
from judges.models import Conflict, Criterion, Judge, Round, Score, Version, Visit
from judges.rows import assigner_for, keep_belief, key
from judges.rules import Refused

CLOSED = "Judging is closed, so this could not be saved."


def _lock(judge: Judge) -> Round:
    """The round as it is now, nobody else's to change until the transaction ends."""
    return Round.objects.select_for_update().get(pk=judge.round_id)


@transaction.atomic
def check_in(*, judge: Judge, conflicts: Iterable[Project] = ()) -> None:
    """The judge is here, and names the teams they should not judge."""
    round_ = _lock(judge)
    for project in conflicts:
        if project.team.hackathon_id == round_.hackathon_id:
            Conflict.objects.get_or_create(judge=judge, project=project, defaults={"reason": "declared"})
    Judge.objects.filter(pk=judge.pk, checked_in_at=None).update(checked_in_at=timezone.now())


@transaction.atomic
def next_visit(*, judge: Judge) -> Visit | None:
    """The visit the judge is on, else a new one; None when no table is left. Asking again changes nothing."""
    round_ = _lock(judge)
    if not round_.is_open:
        raise Refused("Judging is not open.")
    now = timezone.now()
    assigner = assigner_for(round_)
    lease = assigner.next(key(judge.pk), now.timestamp())
    keep_belief(round_, assigner.belief)
    held = judge.visits.filter(state=Visit.State.ASSIGNED).first()
    if held is not None and (lease is None or lease.project != key(held.project_id)):
        # The place ran out and another judge was sent there. The row stays: scores may still come from the phone.
        _leave(held, Visit.Reason.BUSY, now)
        held = None
    if lease is None:
        return None
    until = datetime.fromtimestamp(lease.until, tz=UTC)
    if held is None:
        return Visit.objects.create(judge=judge, project_id=int(lease.project), lease_until=until)
    if held.lease_until != until:
        held.lease_until = until
        held.save(update_fields=["lease_until"])
    return held


@transaction.atomic
def submit_ballot(*, judge: Judge, client_id: UUID, scores: Mapping[Criterion, int], note: str = "") -> Visit:
    """Hand in the scores of a visit. The same `client_id` again returns what is stored and changes nothing."""
    _lock(judge)
    visit = judge.visits.select_related("judge__round").filter(client_id=client_id).first()
    if visit is None:
        raise Refused("These scores belong to no table of yours. Open your link again and score the team once more.")
    if visit.state in (Visit.State.SUBMITTED, Visit.State.VOIDED):
        return visit
    if visit.state == Visit.State.SKIPPED and visit.reason != Visit.Reason.BUSY:
        raise Refused("You skipped this team, so it cannot be scored any more.")
    if not rules.can_hand_in(visit):
        raise Refused(CLOSED)
    if judge.visits.cast().filter(project=visit.project_id).exists():
        raise Refused("You have scored this team before. Edit those scores in your list.")
    visit.state, visit.submitted_at, visit.reason, visit.skipped_at = Visit.State.SUBMITTED, timezone.now(), "", None
    _store(visit, scores, note)
    return visit


@transaction.atomic
def edit_ballot(*, visit: Visit, scores: Mapping[Criterion, int], note: str, revision: int) -> Visit:
    """Change scores that were handed in, until judging closes. `revision` is the one the judge was looking at."""
    round_ = _lock(visit.judge)
    visit = Visit.objects.get(pk=visit.pk)
    if not round_.is_open:
        raise Refused(CLOSED)
    if visit.state != Visit.State.SUBMITTED:
        raise Refused("Only scores that are counted can be edited. Ask the organiser.")
    if visit.revision != revision:
        raise Refused("These scores were changed on another device meanwhile. Look at them again, then edit.")
    _store(visit, scores, note)
    return visit


@transaction.atomic
def skip_visit(*, judge: Judge, client_id: UUID, reason: Visit.Reason) -> None:
    """Leave a table without scores. busy: come back later; absent and conflict: never again. Twice is once."""
    _lock(judge)
    visit = judge.visits.filter(client_id=client_id, state=Visit.State.ASSIGNED).first()
    if visit is None:
        return
    _leave(visit, reason, timezone.now())
    if reason == Visit.Reason.CONFLICT:
        Conflict.objects.get_or_create(judge=judge, project_id=visit.project_id, defaults={"reason": "recused"})


def _leave(visit: Visit, reason: Visit.Reason, now: datetime) -> None:
    visit.state, visit.reason, visit.skipped_at = Visit.State.SKIPPED, reason, now
    visit.save(update_fields=["state", "reason", "skipped_at"])


def _store(visit: Visit, scores: Mapping[Criterion, int], note: str) -> None:
    """The scores that count, and beside them a version that stays."""
    visit.note, visit.revision = note, visit.revision + 1
    visit.save()
    for criterion, value in scores.items():
        Score.objects.update_or_create(visit=visit, criterion=criterion, defaults={"value": value})
    named = {criterion.name: value for criterion, value in scores.items()}
    Version.objects.create(visit=visit, number=visit.revision, scores=named, note=note)
