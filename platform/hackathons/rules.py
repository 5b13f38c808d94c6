"""Who may do what in an event; every view asks here."""

from accounts.models import User
from hackathons.models import Hackathon, Project, Team


def is_organiser(user: User, hackathon: Hackathon) -> bool:
    return user.is_authenticated and (user.is_superuser or hackathon.organisers.filter(pk=user.pk).exists())


def is_member(user: User, team: Team) -> bool:
    return user.is_authenticated and team.memberships.filter(user=user).exists()


def can_see_project(user: User, project: Project) -> bool:
    """Its team and its event's organisers; the world sees published scorecards only."""
    return is_member(user, project.team) or is_organiser(user, project.team.hackathon)


def can_submit(user: User, project: Project) -> bool:
    """Members while the event is open; its organisers at any time."""
    if is_organiser(user, project.team.hackathon):
        return True
    return is_member(user, project.team) and project.team.hackathon.is_open
