"""A person's public page, its form, and the talent search."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import User
from evaluations.models import Scorecard
from portfolios import actions, indexing, rules, search, skills
from portfolios.forms import ProfileForm
from portfolios.models import SearchEntry

PAGE = 20
SUGGESTED_SKILLS = 12
SUGGESTED_FROM = 500


@require_safe
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    """A person's published scorecards and credentials; 404 for everybody else until its owner turns it on."""
    person = get_object_or_404(User.objects.select_related("profile"), username=handle)
    own = person == request.user
    page = getattr(person, "profile", None)
    if not own and (page is None or not page.is_public or not person.is_active):
        raise Http404
    cards = (
        Scorecard.objects.published()
        .filter(consents__user=person, consents__withdrawn_at=None, evaluation__submission__isnull=False)
        .select_related("evaluation__submission__project__team__hackathon")
        .order_by("-total")
    )
    credentials = {row.scorecard_id: row for row in person.credentials.filter(revoked_at=None)}
    shown = {skill.name: skill for card in cards for skill in skills.shown_by(card.report)}
    return render(
        request,
        "portfolios/profile.html",
        {
            "person": person,
            "profile": page,
            "own": own,
            "works": [
                {"scorecard": card, "project": rules.project_of(card), "credential": credentials.get(card.pk)}
                for card in cards
            ],
            "skills": list(shown.values()),
            "declared_skills": page.declared_skills if page else [],
        },
    )


@login_required
def profile_edit(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST) if request.method == "POST" else ProfileForm.of(request.user)
    if request.method == "POST" and form.is_valid():
        actions.update_profile(user=request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("profile", request.user.username)
    return render(request, "portfolios/profile_edit.html", {"form": form})


def _hit(entry: SearchEntry, query: search.Query) -> dict:
    """One answer: what it is, who stands by it, and each reason with a link to what shows it."""
    card = entry.scorecard
    page = reverse("scorecard", args=[card.public_id])
    return {
        "entry": entry,
        "scorecard": card,
        "project": rules.project_of(card),
        "people": indexing.people(card),
        "credential": card.credentials.filter(revoked_at=None).order_by("issued_at").first(),
        "reasons": [
            {"text": reason.text, "declared": reason.declared, "url": f"{page}#{reason.fragment}".rstrip("#")}
            for reason in search.reasons(entry, query)
        ],
    }


def _common_skills() -> list[str]:
    """Suggest what the newest published scorecards show most often."""
    counts: dict[str, int] = {}
    for shown in SearchEntry.objects.order_by("-pk").values_list("skills", flat=True)[:SUGGESTED_FROM]:
        for skill in shown:
            counts[skill["name"]] = counts.get(skill["name"], 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))[:SUGGESTED_SKILLS]


@require_safe
def talent(request: HttpRequest) -> HttpResponse:
    """Search published work by text, skill and measured fact; a line that cannot be read answers with what would be."""
    line, skill = request.GET.get("q", "").strip(), request.GET.get("skill", "").strip()[:60]
    error, query, hits, page = "", search.Query(), [], None
    try:
        query = search.parse(f'{line} skill:"{skill.replace(chr(34), "")}"' if skill else line)
    except search.QueryError as problem:
        error = str(problem)
    else:
        rows = search.matching(query).select_related("scorecard__evaluation__submission__project__team__hackathon")
        page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
        hits = [_hit(entry, query) for entry in page.object_list]
    return render(
        request,
        "portfolios/talent.html",
        {
            "q": line,
            "skill": skill,
            "error": error,
            "hits": hits,
            "page_obj": page,
            "measures": search.LABELS.items(),
            "suggested": _common_skills(),
        },
    )
