"""Writes of rubrics: an organiser saves a new version."""

from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.text import slugify

from accounts.models import User
from evaluations.models import EventRubric
from evaluations.rubrics import for_event
from hackathons.models import Hackathon
from sandbox.rubrics import load


class Outdated(Exception):
    """Somebody saved another version meanwhile; `name` is what it is called."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


@transaction.atomic
def save_rubric(*, hackathon: Hackathon, document: dict[str, Any], by: User) -> EventRubric:
    """Keep a document (`sandbox/rubrics/schema.json`) as the event's next version of its track.

    Its id and version are given here. Raises `sandbox.rubrics.RubricError` when it cannot judge, and `Outdated` when
    the rubric that it was made from (`based_on`) is no longer the event's newest.
    """
    track = document["track"]
    # Two organisers at once: the second waits here, and then finds the first one's version.
    Hackathon.objects.select_for_update().get(pk=hackathon.pk)
    current = for_event(hackathon, track).name
    if document["based_on"] != current:
        raise Outdated(current)
    id_ = f"{slugify(hackathon.slug)[:60].strip('-_') or f'event-{hackathon.pk}'}/{track}"
    # An event that got another's address goes on counting where that one stopped.
    known = EventRubric.objects.filter(Q(hackathon=hackathon, track=track) | Q(document__id=id_))
    version = (known.aggregate(Max("version"))["version__max"] or 0) + 1
    rubric = load(document | {"id": id_, "version": version})
    return EventRubric.objects.create(
        hackathon=hackathon,
        track=track,
        version=version,
        name=rubric.name,
        digest=rubric.digest,
        document=dict(rubric.document),
        saved_by=by,
    )
