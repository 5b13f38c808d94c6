"""A credential for people and machines at one address, and the page where anybody verifies one."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from portfolios import badges, bundles, checking, issuing
from portfolios.credential import keys, members
from portfolios.forms import VerifyForm
from portfolios.models import Credential
from portfolios.rules import has_consented, project_of
from portfolios.views.gone import gone
from portfolios.views.machine import CREDENTIAL_TYPE, for_everybody

# What a client may ask for by Accept; the first is what a browser gets.
TYPES = ["text/html", CREDENTIAL_TYPE, "application/vc", "application/ld+json", "application/json", "image/svg+xml"]


def _standing(public_id: str) -> tuple[Credential, bool]:
    """Give the credential and whether it may be shown: a revoked one may, one whose publication ended may not."""
    rows = Credential.objects.select_related("user", "scorecard__evaluation__submission__project__team__hackathon")
    row = get_object_or_404(rows, public_id=public_id)
    shown = row.user is not None and row.scorecard.is_published and has_consented(row.user, row.scorecard)
    return row, shown


@for_everybody
def credential(request: HttpRequest, public_id: str) -> HttpResponse:
    """HTML for people, the signed JSON or the baked badge for those who ask for it."""
    row, shown = _standing(public_id)
    if not shown:
        response = gone(request, "This credential")
    else:
        wanted = request.get_preferred_type(TYPES) or "text/html"
        if wanted == "text/html":
            response = render(request, "portfolios/credential.html", _context(row))
        elif wanted == "image/svg+xml":
            response = _svg(row)
        else:
            response = HttpResponse(issuing.as_json(row.document), content_type=wanted)
    patch_vary_headers(response, ["Accept", "Cookie"])
    return response


@for_everybody
def credential_file(request: HttpRequest, public_id: str, form: str) -> HttpResponse:
    """`.json`, `.svg` (with the credential baked in) or `.zip` (everything to verify it offline)."""
    row, shown = _standing(public_id)
    if not shown:
        return gone(request, "This credential")
    if form == "svg":
        return _svg(row)
    if form == "zip":
        response = HttpResponse(bundles.offline(row), content_type="application/zip")
        response["Content-Disposition"] = f'attachment; filename="credential-{public_id}.zip"'
        return response
    response = HttpResponse(issuing.as_json(row.document), content_type=CREDENTIAL_TYPE)
    response["Content-Disposition"] = f'inline; filename="credential-{public_id}.json"'
    return response


def _svg(row: Credential) -> HttpResponse:
    baked = badges.bake(badges.svg(row.scorecard), issuing.as_json(row.document))
    return HttpResponse(baked, content_type="image/svg+xml")


def linkedin_url(row: Credential) -> str:
    """LinkedIn's "add to profile" form, filled in; nothing is sent until the person presses the link."""
    start = members.parse_time(row.document["validFrom"])
    end = members.parse_time(row.document["validUntil"])
    return "https://www.linkedin.com/profile/add?" + urlencode(
        {
            "startTask": "CERTIFICATION_NAME",
            "name": row.document["credentialSubject"]["achievement"]["name"],
            "organizationName": row.document["issuer"]["name"],
            "issueYear": start.year,
            "issueMonth": start.month,
            "expirationYear": end.year,
            "expirationMonth": end.month,
            "certUrl": row.document["id"],
            "certId": str(row.public_id),
        }
    )


def _context(row: Credential) -> dict:
    base = settings.ASSAY_BASE_URL
    issuer = issuing.issuer_keys()
    described = {
        item["id"]: item["name"] for item in row.document["credentialSubject"]["achievement"]["resultDescription"]
    }
    return {
        "credential": row,
        "document": row.document,
        "project": project_of(row.scorecard),
        "verdict": checking.check(issuing.as_json(row.document)),
        "results": [
            {"name": described[result["resultDescription"]], "value": result["value"]}
            for result in row.document["credentialSubject"]["result"]
        ],
        "evidence": row.document["evidence"],
        "files": {form: reverse("credential_file", args=[row.public_id, form]) for form in ("json", "svg", "zip")},
        "commands": [
            f"curl -sO {base}{reverse('credential_file', args=[row.public_id, 'json'])}",
            f"curl -s {base}{reverse('did_document')} -o did.json",
            f"curl -s {row.document['credentialStatus']['statusListCredential']} -o status.json",
            f"python manage.py verify {row.public_id}.json --did-document did.json --status-list status.json",
        ],
        "fingerprint": keys.multikey(issuer.private.public_key()),
        "linkedin_url": linkedin_url(row),
        "is_indexed": row.user.profile.is_public,
    }


def verify(request: HttpRequest) -> HttpResponse:
    """Upload or paste a credential; the answer is a table of what was looked at."""
    verdict = None
    form = VerifyForm(request.POST, request.FILES) if request.method == "POST" else VerifyForm()
    if form.is_valid():
        verdict = checking.check(form.content())
    return render(request, "portfolios/verify.html", {"form": form, "verdict": verdict})
