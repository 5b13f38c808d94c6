"""Machine endpoints: keys, status lists, evidence and badges; readable from every origin, as browsers verify too."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from evaluations.models import Scorecard
from portfolios import badges, issuing
from portfolios.credential import keys
from portfolios.models import EvidenceFile, StatusList

CREDENTIAL_TYPE = "application/vc+ld+json"
# A revocation must be seen within a minute.
MAX_AGE_S = 60

View = Callable[..., HttpResponse]


def for_everybody(view: View) -> View:
    """Allow reading from any origin (W3C CORS); what is not a page may be cached for a minute."""

    @wraps(view)
    def answer(request: HttpRequest, *arguments: object, **keywords: object) -> HttpResponse:
        response = view(request, *arguments, **keywords)
        response["Access-Control-Allow-Origin"] = "*"
        # A page shows who is signed in, so no shared cache may keep it.
        if response.status_code == 200 and not response["Content-Type"].startswith("text/html"):
            response["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
        return response

    return require_safe(answer)


def gone(what: str) -> HttpResponse:
    return JsonResponse({"title": "Gone", "status": 410, "detail": f"{what} was taken back."}, status=410)


@for_everybody
def did_document(_request: HttpRequest) -> HttpResponse:
    """The issuer's keys."""
    document = keys.did_document(issuing.issuer_did(), issuing.issuer_keys())
    return HttpResponse(issuing.as_json(document), content_type="application/did+ld+json")


@for_everybody
def status_list(_request: HttpRequest, public_id: str) -> HttpResponse:
    row = get_object_or_404(StatusList, public_id=public_id)
    return HttpResponse(issuing.as_json(row.document), content_type=CREDENTIAL_TYPE)


@for_everybody
def evidence(_request: HttpRequest, sha256: str) -> HttpResponse:
    """A signed statement, byte for byte; gone with the last credential that names it."""
    row = get_object_or_404(EvidenceFile, sha256=sha256)
    if not row.credentials.filter(
        revoked_at=None, scorecard__published_at__isnull=False, scorecard__unpublished_at=None
    ).exists():
        return gone("This evidence")
    response = HttpResponse(bytes(row.content), content_type=row.media_type)
    response["Content-Disposition"] = f'inline; filename="{sha256}.intoto.jsonl"'
    return response


def _published(public_id: str) -> Scorecard | None:
    """Give the scorecard; None when it was taken back, 404 when it never was public."""
    row = get_object_or_404(Scorecard, public_id=public_id)
    if row.is_published:
        return row
    if row.unpublished_at is None:
        raise Http404
    return None


def _revoked(scorecard: Scorecard) -> bool:
    """Credentials were issued, and none of them stands."""
    return scorecard.credentials.exists() and not scorecard.credentials.filter(revoked_at=None).exists()


@for_everybody
def badge_svg(_request: HttpRequest, public_id: str) -> HttpResponse:
    row = _published(public_id)
    if row is None:
        return gone("This badge")
    return HttpResponse(badges.svg(row), content_type="image/svg+xml")


@for_everybody
def badge_json(_request: HttpRequest, public_id: str) -> HttpResponse:
    row = _published(public_id)
    if row is None:
        return gone("This badge")
    return JsonResponse(badges.shields(row, revoked=_revoked(row)))
