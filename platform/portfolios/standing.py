"""Where a total stands among those of its event: counts by ten points, with nobody's name."""

from statistics import median
from typing import Any

from django.db.models import OuterRef, Subquery

from evaluations.models import Scorecard
from hackathons.models import Project

# Fewer would tell a team who is meant.
LEAST = 5
WIDTH = 10


def in_event(scorecard: Scorecard) -> dict[str, Any] | None:
    """{"event", "projects", "median", "below": how many have less, "bins": [{"from", "to", "count", "own",
    "height", "top"}]}.

    Of each project's latest scorecard; None outside an event and where fewer than LEAST projects have one.
    """
    submission = scorecard.evaluation.submission
    if submission is None or scorecard.total is None:
        return None
    hackathon = submission.project.team.hackathon
    latest = (
        Scorecard.objects.filter(evaluation__submission__project=OuterRef("pk"), total__isnull=False)
        .order_by("-created_at")
        .values("total")[:1]
    )
    projects = Project.objects.filter(team__hackathon=hackathon).exclude(pk=submission.project_id)
    others = [
        float(total)
        for total in projects.annotate(latest=Subquery(latest)).values_list("latest", flat=True)
        if total is not None
    ]
    own = float(scorecard.total)
    totals = [*others, own]
    if len(totals) < LEAST:
        return None
    counts = {low: sum(_bin(total) == low for total in totals) for low in range(0, 100, WIDTH)}
    highest = max(counts.values())
    bins = [
        # A bar from the bottom of a box of 100; an empty one keeps a line, so that the axis can be read.
        {
            "from": low,
            "to": low + WIDTH,
            "count": count,
            "own": _bin(own) == low,
            "height": max(1, 100 * count // highest),
        }
        for low, count in counts.items()
    ]
    return {
        "event": hackathon.name,
        "projects": len(totals),
        "median": round(median(totals), 1),
        "below": sum(total < own for total in others),
        "bins": [row | {"top": 100 - row["height"]} for row in bins],
    }


def _bin(total: float) -> int:
    return min(int(total // WIDTH) * WIDTH, 100 - WIDTH)
