"""Two evaluations of one project side by side: what got better, what got worse, and whether they can be compared."""

from typing import Any

from django.urls import reverse

from evaluations.models import Scorecard

# A measure wanders a little from run to run; less than this is no news.
NEWS = 0.05


def with_previous(scorecard: Scorecard) -> dict[str, Any] | None:
    """Give the project's scorecard before this one compared with it, None for the first one."""
    submission = scorecard.evaluation.submission
    if submission is None:
        return None
    previous = (
        Scorecard.objects.filter(
            evaluation__submission__project=submission.project_id, created_at__lt=scorecard.created_at
        )
        .select_related("evaluation")
        .order_by("-created_at")
        .first()
    )
    return None if previous is None else compared(previous, scorecard)


def compared(before: Scorecard, after: Scorecard) -> dict[str, Any]:
    """{"url", "at", "before", "after", "change", "same_rubric", "better": [row], "worse": [row], "same": count}.

    A row is {"check", "title", "was", "now", "observed"}; checks of another version are never compared.
    """
    old = {row["check"]: row for row in before.report["findings"]}
    better, worse, same = [], [], 0
    for row in after.report["findings"]:
        was = old.get(row["check"])
        if was is None or was["version"] != row["version"] or None in (was["score"], row["score"]):
            continue
        change = row["score"] - was["score"]
        if abs(change) < NEWS and was["outcome"] == row["outcome"]:
            same += 1
            continue
        shown = {"check": row["check"], "title": row["title"], "observed": row["observed"]}
        shown |= {"was": round(100 * was["score"]), "now": round(100 * row["score"])}
        (better if change > 0 else worse).append(shown)
    totals = (before.total, after.total)
    return {
        "url": reverse("scorecard", args=[before.public_id]),
        "at": before.created_at,
        "before": before.total,
        "after": after.total,
        "change": None if None in totals else round(after.total - before.total, 1),
        "same_rubric": before.rubric == after.rubric,
        "same_commit": (before.report["source"] or {}).get("commit") == (after.report["source"] or {}).get("commit"),
        "better": sorted(better, key=lambda row: row["was"] - row["now"]),
        "worse": sorted(worse, key=lambda row: row["now"] - row["was"]),
        "same": same,
    }
