"""Who may do what in judging, and until when; views and actions ask here."""

from django.utils import timezone

from accounts.models import User
from hackathons.models import Hackathon
from hackathons.rules import is_organiser
from judges.models import Round, Visit


class Refused(Exception):
    """What was asked for is not possible now; the message says why and what to do, for the person who asked."""


def can_organise(user: User, hackathon: Hackathon) -> bool:
    return is_organiser(user, hackathon)


def can_change_rubric(round_: Round) -> bool:
    """Until judging first opens: after that every judge has to be asked the same."""
    return round_.opened_at is None


def can_hand_in(visit: Visit) -> bool:
    """While judging is open; who was at a table when it closed may finish while the lease lasts."""
    round_ = visit.judge.round
    if round_.is_open:
        return True
    lease = visit.lease_until
    return round_.opened_at is not None and not round_.is_published and lease is not None and lease > timezone.now()
