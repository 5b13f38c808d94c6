"""What the scorecard's page shows, gathered in one place: the automatic result, the judges', and who stands by it."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from evaluations.catalogue import CATEGORIES, gain, ladder, next_steps, rubric_weights
from evaluations.models import Scorecard
from judges.results import for_project
from portfolios import comparison, indexing, issuing, rules, standing
from portfolios.models import Credential
from portfolios.shown_evidence import shown

JUDGED = ("pass", "fail")


def findings(report: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Sort a report's rows: `open`, `passed` with nothing to gain, `unshown` by the project, and `other`.

    The open ones stand by the points they would gain, of the others first what we failed to see. A failure that
    follows from another stands in that one's `following`, not among the open ones.
    """
    rows = [row | {"gain": gain(report, row), "shown": shown(report, row["evidence"])} for row in report["findings"]]
    judged = [row for row in rows if row["outcome"] in JUDGED]
    left = sorted((row for row in judged if _is_open(row)), key=lambda row: (-row["gain"], row["check"]))
    for row in left:
        row["following"] = [other for other in left if other.get("because") == row["check"]]
    return {
        "open": [row for row in left if not row.get("because")],
        "passed": [row for row in judged if not _is_open(row)],
        "unshown": [row for row in rows if row.get("cause") == "project"],
        "other": sorted((row for row in rows if _is_other(row)), key=lambda row: row["outcome"] == "not_applicable"),
    }


def _is_open(row: dict[str, Any]) -> bool:
    """It failed, or passed with points left that can be seen."""
    return row["outcome"] == "fail" or row["gain"] > 0


def _is_other(row: dict[str, Any]) -> bool:
    return row["outcome"] not in JUDGED and row.get("cause") != "project"


def categories(scorecard: Scorecard) -> list[dict[str, Any]]:
    """Give {id, label, score 0..100 or None, weight} for each category of the rubric."""
    weights = rubric_weights(scorecard.report["scorecard"])
    return [
        {"id": name, "label": CATEGORIES.get(name, name), "score": score, "weight": weights.get(name)}
        for name, score in scorecard.categories.items()
    ]


def _credential(scorecard: Scorecard, user: User) -> Credential | None:
    """The reader's own credential, else the first that stands."""
    standing = scorecard.credentials.filter(revoked_at=None)
    own = standing.filter(user=user).first() if user.is_authenticated else None
    return own or standing.order_by("issued_at").first()


def job(measurements: dict[str, Any]) -> dict[str, Any] | None:
    """Give what was seen of a job, its metrics with a short text of their value; None of a service."""
    seen = measurements.get("job") or {}
    if "seconds" not in seen:
        return None
    return seen | {"metrics": [row | {"shown": f"{row['value']:.4g}"} for row in seen["metrics"]]}


def context(scorecard: Scorecard, user: User) -> dict[str, Any]:
    """Give the page's context; `published`, `can_publish` and `can_unpublish` are about the reader."""
    report = scorecard.report
    project = rules.project_of(scorecard)
    sorted_findings = findings(report)
    measurements = report.get("measurements", {})
    credential = _credential(scorecard, user)
    published = scorecard.is_published
    page = reverse("scorecard", args=[scorecard.public_id])
    return {
        "report": report,
        "scorecard": {
            "public_id": scorecard.public_id,
            "grade": scorecard.grade,
            "total": scorecard.total,
            "categories": categories(scorecard),
            "provisional": scorecard.provisional,
            "digest": scorecard.digest,
            "rubric": scorecard.rubric,
            "created_at": scorecard.created_at,
        },
        "findings": sorted_findings["open"],
        "passed": sorted_findings["passed"],
        "unshown": sorted_findings["unshown"],
        "other": sorted_findings["other"],
        "missed": [row["title"] for row in sorted_findings["other"] if row["outcome"] == "inconclusive"],
        "steps": next_steps(report["findings"], report["scorecard"]),
        "levels": ladder(report["findings"]),
        "comparison": comparison.with_previous(scorecard),
        "standing": standing.in_event(scorecard),
        "job": job(measurements),
        "load": measurements.get("load"),
        "memory": measurements.get("memory"),
        "judging": for_project(project) if project else None,
        "project": project,
        "build_settings": scorecard.evaluation.build_settings,
        "team": project.team if project else None,
        "people": indexing.people(scorecard) if published else [],
        "published": published,
        "unsigned_because": issuing.why_unsigned(scorecard),
        "can_publish": rules.can_publish(user, scorecard) and not rules.has_consented(user, scorecard),
        "can_unpublish": published and rules.can_unpublish(user, scorecard),
        "has_consented": rules.has_consented(user, scorecard),
        "publish_url": reverse("scorecard_publish", args=[scorecard.public_id]),
        "unpublish_url": reverse("scorecard_unpublish", args=[scorecard.public_id]),
        "credential": credential
        and {"url": reverse("credential", args=[credential.public_id]), "public_id": str(credential.public_id)},
        "badge_url": reverse("badge_svg", args=[scorecard.public_id]) if published else None,
        "json_url": reverse("evaluation-api-report", args=[scorecard.evaluation.public_id]),
        "page_url": settings.ASSAY_BASE_URL + page,
    }
