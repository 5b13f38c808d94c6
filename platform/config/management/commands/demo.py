"""`manage.py demo`: an event with people, a team, the bundled example as its project, a rubric and a judge's link."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from config import recorded
from evaluations.models import Scorecard
from hackathons.actions import create_hackathon, create_project, create_team, join_team
from hackathons.models import Hackathon, Project
from judges import actions as judging

PASSWORD = "assay-demo-2026"  # noqa: S105 - printed on purpose; a demo site listens on loopback only
EVENT = "Ship It Expo"
EXAMPLE = "churn-api"
JUDGE = "Jo Judge"
TEAM_MEMBER = "sam"
PEOPLE = (
    ("olga", "Olga Organiser", "organiser"),
    (TEAM_MEMBER, "Sam Student", "student"),
    ("erin", "Erin Employer", "employer"),
)
# The example's history is the same on every machine, so its commit is, too.
GIT = {
    "GIT_AUTHOR_NAME": "Sam Student",
    "GIT_AUTHOR_EMAIL": "sam@example.org",
    "GIT_AUTHOR_DATE": "2026-11-02T09:00:00+00:00",
    "GIT_COMMITTER_NAME": "Sam Student",
    "GIT_COMMITTER_EMAIL": "sam@example.org",
    "GIT_COMMITTER_DATE": "2026-11-02T09:00:00+00:00",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


class Command(BaseCommand):
    help = "Make the demo data; running it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--migrate", action="store_true", help="bring the database up to date first")
        parser.add_argument("--json", action="store_true", help="print what was made as JSON")

    def handle(self, **options) -> None:
        if options["migrate"]:
            call_command("migrate", verbosity=0)
        repository = example_repository(EXAMPLE)
        project = make_demo(repository)
        sam, hackathon = User.objects.get(username=TEAM_MEMBER), project.team.hackathon
        shown = recorded.load(hackathon, sam, example_repository)
        latest = project.submissions.filter(evaluations__scorecard__isnull=False).first()
        scorecard = latest.evaluations.filter(scorecard__isnull=False).first().scorecard if latest else None
        made = {
            "accounts": [{"role": role, "handle": handle, "password": PASSWORD} for handle, _, role in PEOPLE],
            "example": str(repository),
            "project": project.public_id,
            "judge": settings.ASSAY_BASE_URL + reverse("judge_link", args=[judge_link(project.team.hackathon)]),
            "scorecard": address(scorecard) if scorecard else "",
            "recorded": [address(row) for row in shown],
        }
        self.stdout.write(json.dumps(made) if options["json"] else json.dumps(made, indent=2))


def address(scorecard: Scorecard) -> str:
    return settings.ASSAY_BASE_URL + reverse("scorecard", args=[scorecard.public_id])


def example_repository(name: str) -> Path:
    """The bundled example as a git repository of its own; what has changed since it was made is one more commit."""
    target = settings.VAR / "examples" / name
    if not (target / ".git").is_dir():
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        _git(target, "init", "--quiet", "--initial-branch", "main")
    _git(target, "rm", "-r", "--quiet", "--ignore-unmatch", ".")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(settings.ROOT / "deploy" / "examples" / name, target, dirs_exist_ok=True, ignore=ignored)
    _git(target, "add", ".")
    if _git(target, "status", "--porcelain"):
        _git(target, "commit", "--quiet", "-m", "Add everything")
    return target


def _git(folder: Path, *command: str) -> str:
    done = subprocess.run(["git", *command], cwd=folder, env=os.environ | GIT, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


@transaction.atomic
def make_demo(repository: Path) -> Project:
    """People, an event, a team and the project that hands in the bundled example."""
    people = {handle: _person(handle, name, staff=role == "organiser") for handle, name, role in PEOPLE}
    hackathon = Hackathon.objects.filter(name=EVENT).first() or create_hackathon(
        organiser=people["olga"],
        name=EVENT,
        kind=Hackathon.Kind.EXPO,
        description="A semester of shipping, shown on one afternoon.",
    )
    team = hackathon.teams.filter(name="Retention").first()
    if team is None:
        team = create_team(hackathon=hackathon, name="Retention", creator=people[TEAM_MEMBER])
    join_team(team=team, user=people[TEAM_MEMBER])
    return team.projects.first() or create_project(
        team=team,
        name="Churn API",
        tagline="Tells which customers are about to leave, and says how sure it is.",
        track=Project.Track.ML,
        repository_url=str(repository),
    )


def judge_link(hackathon: Hackathon) -> str:
    """A fresh token for the demo's judge, whose earlier link stops working: only hashes of tokens are kept."""
    round_ = judging.set_up_round(hackathon=hackathon)
    if round_.opened_at is None:
        judging.open_round(round_=round_)
    judge = round_.judges.filter(name=JUDGE).first()
    if judge is None:
        return judging.invite_judge(round_=round_, name=JUDGE, affiliation="Example Industries")[1]
    return judging.reissue_link(judge=judge)


def _person(handle: str, name: str, *, staff: bool) -> User:
    user, made = User.objects.get_or_create(
        username=handle,
        defaults={"display_name": name, "email": f"{handle}@example.org", "is_staff": staff, "is_superuser": staff},
    )
    if made:
        user.set_password(PASSWORD)
        user.save()
    return user
