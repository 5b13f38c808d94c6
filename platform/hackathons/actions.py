"""Writes of events, teams, projects and submissions."""

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts.models import User
from hackathons.models import Hackathon, Membership, Project, Submission, Team, short_id


def _free_slug(taken, name: str, length: int) -> str:
    """A slug of the name that is not taken yet."""
    slug = slugify(name)[: length - 6] or short_id().lower().replace("_", "-")
    if not taken.filter(slug=slug).exists():
        return slug
    return f"{slug}-{short_id()[:5].lower().replace('_', '-')}"


@transaction.atomic
def create_hackathon(*, organiser: User, name: str, **fields) -> Hackathon:
    """The person who makes an event organises it."""
    hackathon = Hackathon.objects.create(name=name, slug=_free_slug(Hackathon.objects, name, 60), **fields)
    hackathon.organisers.add(organiser)
    return hackathon


@transaction.atomic
def create_team(*, hackathon: Hackathon, name: str, creator: User) -> Team:
    team = Team.objects.create(hackathon=hackathon, name=name, slug=_free_slug(hackathon.teams, name, 80))
    Membership.objects.create(team=team, user=creator)
    return team


def join_team(*, team: Team, user: User) -> Membership:
    """Joining twice changes nothing."""
    try:
        with transaction.atomic():
            return Membership.objects.create(team=team, user=user)
    except IntegrityError:
        return Membership.objects.get(team=team, user=user)


@transaction.atomic
def create_project(*, team: Team, **fields) -> Project:
    """At an expo the new project gets the next free table."""
    tables = Project.objects.filter(team__hackathon=team.hackathon).order_by("-table_number")
    last = tables.exclude(table_number=None).values_list("table_number", flat=True).first() or 0
    return Project.objects.create(team=team, table_number=last + 1, **fields)


def set_build_settings(*, project: Project, text: str) -> None:
    """Keep the team's own manifest; the next evaluation takes it. The text has been validated."""
    project.build_settings = text
    project.save(update_fields=["build_settings"])


def submit_project(*, project: Project, by: User) -> Submission:
    """Freeze what the project names now; the commit follows when it is fetched."""
    return Submission.objects.create(project=project, url=project.repository_url, ref=project.ref, submitted_by=by)
