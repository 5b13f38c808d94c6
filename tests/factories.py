"""Rows for tests: plain functions with sensible defaults, one a model."""

from itertools import count

from accounts.models import User
from evaluations.models import Evaluation, EventRubric, Evidence, Scorecard, Stage
from hackathons.models import Hackathon, Membership, Project, Submission, Team
from sandbox.rubrics import Rubric

PASSWORD = "correct horse battery staple"
_number = count(1)


def user(username: str = "", **fields) -> User:
    username = username or f"user-{next(_number)}"
    fields.setdefault("email", f"{username}@example.org")
    return User.objects.create_user(username, password=PASSWORD, **fields)


def hackathon(*, organisers=(), **fields) -> Hackathon:
    number = next(_number)
    event = Hackathon.objects.create(
        name=fields.pop("name", f"Hackathon {number}"), slug=fields.pop("slug", f"hackathon-{number}"), **fields
    )
    event.organisers.set(organisers)
    return event


def team(*, hackathon: Hackathon, members=(), **fields) -> Team:
    number = next(_number)
    made = Team.objects.create(
        hackathon=hackathon,
        name=fields.pop("name", f"Team {number}"),
        slug=fields.pop("slug", f"team-{number}"),
        **fields,
    )
    for member in members:
        Membership.objects.create(team=made, user=member)
    return made


def project(*, team: Team, **fields) -> Project:
    number = next(_number)
    fields.setdefault("repository_url", f"https://git.example.org/team/project-{number}.git")
    return Project.objects.create(team=team, name=fields.pop("name", f"Project {number}"), **fields)


def submission(*, project: Project, by: User, **fields) -> Submission:
    return Submission.objects.create(project=project, url=project.repository_url, submitted_by=by, **fields)


def evaluation(*, project: Project | None = None, by: User | None = None, **fields) -> Evaluation:
    handed_in = submission(project=project, by=by) if project and by else None
    fields.setdefault("source_url", project.repository_url if project else "https://git.example.org/x.git")
    return Evaluation.objects.create(submission=handed_in, requested_by=by, **fields)


def scorecard(*, evaluation: Evaluation, report: dict, evidence: dict | None = None, **fields) -> Scorecard:
    """A scored evaluation's card over a given `assay/report/v1` document."""
    Evaluation.objects.filter(pk=evaluation.pk).update(stage=Stage.SCORED)
    card = report["scorecard"]
    if evidence is not None:
        Evidence.objects.create(evaluation=evaluation, digest=report["evidence_digest"], document=evidence)
    return Scorecard.objects.create(
        evaluation=evaluation,
        digest=card["digest"],
        rubric=card["rubric"],
        total=card["total"],
        grade=card["grade"],
        categories=card["categories"],
        provisional=card["provisional"],
        report=report,
        **fields,
    )


def rubric(*, hackathon: Hackathon, document: dict) -> EventRubric:
    """A version of the event's own, as an earlier Assay may have saved it."""
    made = Rubric(document)
    fields = {"track": made.track, "version": document["version"], "name": made.name, "digest": made.digest}
    return EventRubric.objects.create(hackathon=hackathon, document=document, **fields)
