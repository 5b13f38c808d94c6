"""The search row of a published scorecard: text, skills and measured facts, written when something about it changes."""

from accounts.models import User
from evaluations.models import Scorecard
from portfolios import measures, skills
from portfolios.models import SearchEntry
from portfolios.rules import project_of


def people(scorecard: Scorecard) -> list[User]:
    """Give those who agreed to stand beside this scorecard, in the order in which they did."""
    return list(
        User.objects.filter(consents__scorecard=scorecard, consents__withdrawn_at=None)
        .select_related("profile")
        .order_by("consents__granted_at")
    )


def index_scorecard(scorecard: Scorecard) -> SearchEntry | None:
    """Write the row; a scorecard that is not published, or has no project, has none."""
    project = project_of(scorecard)
    if not scorecard.is_published or project is None:
        SearchEntry.objects.filter(scorecard=scorecard).delete()
        return None
    agreed = people(scorecard)
    # A profile that is off is not searched: its owner's name stands on the scorecard, not their own words.
    profiles = [user.profile for user in agreed if hasattr(user, "profile") and user.profile.is_public]
    shown = skills.shown_by(scorecard.report)
    declared = [name for profile in profiles for name in profile.declared_skills]
    plan = scorecard.report.get("plan") or {}
    text = [
        project.name,
        project.tagline,
        project.team.name,
        project.team.hackathon.name,
        project.get_track_display(),
        str(plan.get("runtime") or ""),
        *(str(user) for user in agreed),
        *(user.username for user in agreed),
        *(f"{profile.headline} {profile.about}" for profile in profiles),
        *(skill.name for skill in shown),
        *declared,
    ]
    entry, _ = SearchEntry.objects.update_or_create(
        scorecard=scorecard,
        defaults={
            "text": "\n".join(part for part in text if part).casefold(),
            "skills": [skill.to_json() for skill in shown],
            "skill_tokens": skills.tokens([skill.name for skill in shown]),
            "declared_tokens": skills.tokens(declared),
            "total": scorecard.total,
            "grade": scorecard.grade,
            **measures.measured(scorecard.report),
        },
    )
    return entry
