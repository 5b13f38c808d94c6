"""What a credential says about a scorecard: from the rows of the database to the pure profile."""

import json
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from evaluations.catalogue import CATEGORIES
from evaluations.models import Scorecard
from portfolios import measures, skills
from portfolios.credential import evidence, keys, members, profile
from portfolios.rules import project_of

# A score says what was seen once; after this time a reader should ask for a newer one.
VALIDITY = timedelta(days=3 * 365)
MAX_TAGS = 12


def issuer_keys() -> keys.IssuerKeys:
    """Read the issuer's key, made on first use. Only the web side calls this."""
    return keys.load_or_create(settings.ASSAY_ISSUER_KEY)


def issuer_did() -> str:
    return keys.did_web(settings.ASSAY_BASE_URL)


def one_line(text: str, limit: int) -> str:
    """Make a person's text fit to be signed: control characters become spaces, at most `limit` characters."""
    return " ".join(members.CONTROL.sub(" ", text).split())[:limit].strip() or "unnamed"


def _hex(digest: Any) -> str:
    return str(digest or "").removeprefix("sha256:")


def why_unsigned(scorecard: Scorecard) -> str:
    """Say in one sentence why there can be no credential; "" when there can."""
    source = scorecard.report.get("source") or {}
    if project_of(scorecard) is None:
        return "It was not submitted by a team."
    if scorecard.provisional:
        return "It is provisional: something could not be seen, so the result is shown but not signed."
    if scorecard.total is None:
        return "Nothing could be judged, so there is no result to sign."
    if not (source.get("commit") or source.get("archive_sha256")):
        return "The source was never fetched, so there is nothing that a signature could be about."
    return ""


def results(scorecard: Scorecard) -> tuple[profile.Result, ...]:
    """Give grade, total, each judged category and each measured fact."""
    found = [
        profile.Result("grade", "Grade", "LetterGrade", scorecard.grade, "E", "A"),
        profile.Result("total", "Total", "RawScore", measures.as_text(scorecard.total or 0), "0", "100"),
    ]
    found += [
        profile.Result(
            f"category-{name}", CATEGORIES.get(name, name), "RubricScore", measures.as_text(score), "0", "100"
        )
        for name, score in scorecard.categories.items()
        if score is not None
    ]
    values = measures.measured(scorecard.report)
    found += [
        profile.Result(measure.id, f"{measure.label}, {measure.unit}", measure.kind, measures.as_text(value))
        for measure in measures.MEASURES
        if (value := values[measure.id]) is not None
    ]
    return tuple(found)


def evaluation_statement(scorecard: Scorecard) -> dict[str, Any]:
    """Lay out the in-toto statement: what was evaluated, and the numbers that came out."""
    report = scorecard.report
    source = report.get("source") or {}
    app = next((row for row in report.get("services", []) if row.get("role") == "app"), {})
    base = settings.ASSAY_BASE_URL
    predicate = {
        "scorecard": {
            "page": base + reverse("scorecard", args=[scorecard.public_id]),
            "digest": scorecard.digest,
            "rubric": scorecard.rubric,
        },
        "results": {result.id: result.value for result in results(scorecard)},
        "measurements": measures.figures(report),
        "checks": [
            {"id": row["check"], "version": row["version"], "outcome": row["outcome"], "score": row["score"]}
            for row in report.get("findings", [])
        ],
        "evidenceDigest": report.get("evidence_digest"),
        "host": report.get("host") or {},
        "evaluatedOn": scorecard.created_at.strftime(members.TIME_FORMAT),
    }
    return evidence.statement(
        base,
        archive_sha256=_hex(source.get("archive_sha256")),
        commit=str(source.get("commit") or ""),
        image_sha256=_hex(app.get("image_digest")),
        predicate=predicate,
    )


def award(
    scorecard: Scorecard, user: User, *, public_id: str, status_list: str, status_index: int, evidence_sha256: str
) -> profile.Award:
    """Lay out one person's credential over a published scorecard."""
    project = project_of(scorecard)
    if project is None:
        raise ValueError("a credential is about a project that a team submitted")
    name = one_line(project.name, 80)
    event = one_line(project.team.hackathon.name, 120)
    total = measures.as_text(scorecard.total or 0)
    now = timezone.now()
    return profile.Award(
        base_url=settings.ASSAY_BASE_URL,
        public_id=public_id,
        subject_id=str(user.profile.subject_id),
        recipient=one_line(str(user), 80),
        name=f"{name}: grade {scorecard.grade}, {total} of 100",
        achievement=f"{name}, put to the proof",
        description=f"Built, started, loaded and watched under the rubric {scorecard.rubric}; submitted to {event}.",
        criteria=(
            "Assay fetched the repository at one commit, built it, ran it in a sandbox, put a fixed load on it and "
            "watched it. Each result follows from recorded evidence by published checks; the signed evidence names the "
            "commit, the source archive and the image by their digests."
        ),
        page=reverse("scorecard", args=[scorecard.public_id]),
        badge=reverse("badge_svg", args=[scorecard.public_id]),
        results=results(scorecard),
        tags=tuple(one_line(skill.name, 60) for skill in skills.shown_by(scorecard.report)[:MAX_TAGS]),
        evidence=(profile.EvidenceFile(evidence_sha256, "How it was evaluated, and the numbers"),),
        status_list=reverse("status_list", args=[status_list]),
        status_index=status_index,
        awarded_at=scorecard.created_at,
        valid_from=now,
        valid_until=now + VALIDITY,
    )


def as_json(document: dict[str, Any]) -> str:
    """Write a signed document for people and machines; the proofs do not depend on the layout."""
    return json.dumps(document, ensure_ascii=False, indent=2)
