"""Who may see, publish and take back; every view asks here."""

from accounts.models import User
from evaluations.models import Evaluation, Scorecard
from hackathons import rules
from hackathons.models import Project


def project_of(scorecard: Scorecard) -> Project | None:
    """Give the project that was submitted; None for an evaluation that was only asked for."""
    submission = scorecard.evaluation.submission
    return None if submission is None else submission.project


def sees_unpublished(user: User, scorecard: Scorecard) -> bool:
    """The team, the event's organisers, and whoever asked for an evaluation without a project."""
    return Evaluation.objects.visible_to(user).filter(pk=scorecard.evaluation_id).exists()


def can_see(user: User, scorecard: Scorecard) -> bool:
    return scorecard.is_published or sees_unpublished(user, scorecard)


def can_publish(user: User, scorecard: Scorecard) -> bool:
    """Only a member of the team, and only for themselves: nobody consents for somebody else."""
    project = project_of(scorecard)
    return project is not None and rules.is_member(user, project.team)


def has_consented(user: User, scorecard: Scorecard) -> bool:
    return user.is_authenticated and scorecard.consents.filter(user=user, withdrawn_at=None).exists()


def can_unpublish(user: User, scorecard: Scorecard) -> bool:
    """A member of the team, or an organiser, takes the whole page back; who once agreed always may, for themselves."""
    project = project_of(scorecard)
    if project is None:
        return False
    return has_consented(user, scorecard) or can_unpublish_whole(user, scorecard)


def can_unpublish_whole(user: User, scorecard: Scorecard) -> bool:
    """Not somebody who has left the team: they take back only what is theirs."""
    project = project_of(scorecard)
    return project is not None and (
        rules.is_member(user, project.team) or rules.is_organiser(user, project.team.hackathon)
    )


def can_revoke(user: User, scorecard: Scorecard) -> bool:
    """Organisers revoke a credential that should not stand; its owner does so by taking the consent back."""
    project = project_of(scorecard)
    return project is not None and rules.is_organiser(user, project.team.hackathon)
