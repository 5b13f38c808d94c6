"""Public pages of scorecards: the front page, the list, one scorecard, and publishing it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from evaluations.models import Scorecard
from hackathons.models import Project
from portfolios import actions, consent, issuing, rules, scorecard_page
from portfolios.forms import ConsentForm
from portfolios.views.gone import gone

RECENT = 6
PAGE = 24


def _published() -> QuerySet[Scorecard]:
    """Published scorecards with what a card shows, newest first."""
    return (
        Scorecard.objects.published()
        .filter(evaluation__submission__isnull=False)
        .select_related("evaluation__submission__project__team__hackathon")
        .order_by("-published_at")
    )


def _one(public_id: str) -> Scorecard:
    rows = Scorecard.objects.select_related("evaluation__submission__project__team__hackathon")
    return get_object_or_404(rows, public_id=public_id)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front page: what it is, and the latest published scorecards."""
    return render(request, "portfolios/home.html", {"scorecards": _published()[:RECENT]})


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """Every published scorecard, by text and track."""
    query, track = request.GET.get("q", "").replace("\0", " ").strip()[:200], request.GET.get("track", "")
    rows = _published()
    if query:
        project = "evaluation__submission__project__"
        rows = rows.filter(
            Q(**{f"{project}name__icontains": query})
            | Q(**{f"{project}tagline__icontains": query})
            | Q(**{f"{project}team__name__icontains": query})
            | Q(**{f"{project}team__hackathon__name__icontains": query})
        )
    if track in Project.Track.values:
        rows = rows.filter(evaluation__track=track)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "portfolios/project_list.html",
        {
            "scorecards": page.object_list,
            "page_obj": page,
            "q": query,
            "track": track,
            "tracks": Project.Track.choices,
        },
    )


@require_safe
def scorecard(request: HttpRequest, public_id: str) -> HttpResponse:
    """The scorecard: for its team and organisers always, for the world while it is published."""
    row = _one(public_id)
    if not rules.can_see(request.user, row):
        if row.unpublished_at is not None:
            return gone(request, "This scorecard")
        raise Http404
    return render(request, "portfolios/scorecard.html", scorecard_page.context(row, request.user))


@login_required
def publish(request: HttpRequest, public_id: str) -> HttpResponse:
    """What will be public, the words, and one box to tick."""
    row = _one(public_id)
    if not rules.can_publish(request.user, row):
        raise Http404
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.publish_scorecard(scorecard=row, by=request.user)
        unsigned = issuing.why_unsigned(row)
        messages.success(
            request, f"Published. {unsigned}" if unsigned else "Published. Your credential is being signed."
        )
        return redirect("scorecard", public_id)
    return render(
        request,
        "portfolios/publish.html",
        {
            "form": form,
            "scorecard": row,
            "project": rules.project_of(row),
            "words": consent.WORDS,
            "unsigned_because": issuing.why_unsigned(row),
            "already": rules.has_consented(request.user, row),
        },
    )


@login_required
@require_POST
def unpublish(request: HttpRequest, public_id: str) -> HttpResponse:
    """`whole=1` takes the page away; without it a member takes only their own name and credential back."""
    row = _one(public_id)
    if not rules.can_unpublish(request.user, row):
        raise Http404
    own_only = rules.has_consented(request.user, row) and not request.POST.get("whole")
    if not own_only and rules.can_unpublish_whole(request.user, row):
        actions.unpublish_scorecard(scorecard=row)
        messages.success(request, "It is no longer public, and its credentials are revoked.")
    else:
        actions.withdraw_consent(scorecard=row, by=request.user)
        messages.success(request, "Your name is taken back and your credential is revoked.")
    return redirect("scorecard", public_id)
