"""Recorded evaluations of the bundled examples: whole scorecards to look at before the first one is made here."""

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.dateparse import parse_datetime

from accounts.models import User
from evaluations.actions import store_scorecard
from evaluations.models import Evaluation, Scorecard, Stage
from hackathons.actions import create_project, create_team, join_team, submit_project
from hackathons.models import Hackathon
from sandbox.evidence import Evidence

# <example>.json.gz: evidence as `manage.py record` gathered it; findings and scores are not in it.
FOLDER = settings.ROOT / "deploy" / "examples" / "recorded"


@transaction.atomic
def load(hackathon: Hackathon, by: User, repository: Callable[[str], Path]) -> list[Scorecard]:
    """One scorecard an example, made once and not published: evidence as recorded, judged by the checks of today.

    `repository` gives the folder of the example of that name. Each gets a team of its own, so that the event's
    standing has as many rows.
    """
    return [_scorecard(hackathon, by, path, repository) for path in sorted(FOLDER.glob("*.json.gz"))]


def _scorecard(hackathon: Hackathon, by: User, path: Path, repository: Callable[[str], Path]) -> Scorecard:
    name = path.name.removesuffix(".json.gz")
    team = hackathon.teams.filter(name=f"Makers of {name}").first()
    if team is None:
        team = create_team(hackathon=hackathon, name=f"Makers of {name}", creator=by)
    join_team(team=team, user=by)
    made = Scorecard.objects.filter(evaluation__submission__project__team=team).first()
    if made is not None:
        return made
    evidence = Evidence.from_json(json.loads(gzip.decompress(path.read_bytes())))
    project = team.projects.first() or create_project(
        team=team,
        name=f"{name}, recorded",
        tagline="Observed on another machine before, judged by the checks of today.",
        track=evidence.track,
        repository_url=str(repository(name)),
    )
    submission = submit_project(project=project, by=by)
    submission.commit = evidence.source["commit"]
    submission.save(update_fields=["commit"])
    first, last = evidence.stages[0], evidence.stages[-1]
    evaluation = Evaluation.objects.create(
        source_url=project.repository_url,
        track=evidence.track,
        submission=submission,
        requested_by=by,
        stage=Stage.SCORED,
        started_at=parse_datetime(first["started_at"]),
        finished_at=parse_datetime(last["started_at"]) + timedelta(seconds=last["seconds"]),
    )
    return store_scorecard(evaluation=evaluation, evidence=evidence)
