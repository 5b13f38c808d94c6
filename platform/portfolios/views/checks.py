"""The catalogue of checks: what is asked of every project, why, and how published ones do."""

from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluations import catalogue
from evaluations.models import Finding, Scorecard
from portfolios import curves

OUTCOMES = ("pass", "fail", "not_applicable", "inconclusive")


@require_safe
def check_list(request: HttpRequest) -> HttpResponse:
    """Every check, grouped by the category it counts in."""
    every = catalogue.checks().values()
    groups = [
        {"id": name, "label": label, "checks": [check for check in every if check.category == name]}
        for name, label in catalogue.CATEGORIES.items()
    ]
    return render(
        request,
        "portfolios/check_list.html",
        {"checks": [group for group in groups if group["checks"]], "count": len(every)},
    )


@require_safe
def check_detail(request: HttpRequest, check_id: str) -> HttpResponse:
    """One check: its question, its advice, its examples, and how published scorecards answered it."""
    check = catalogue.checks().get(check_id)
    if check is None:
        raise Http404
    rows = (
        Finding.objects.filter(check_id=check_id, evaluation__scorecard__in=Scorecard.objects.published().values("pk"))
        .order_by()
        .values_list("outcome")
        .annotate(Count("pk"))
    )
    counts = dict.fromkeys(OUTCOMES, 0) | dict(rows)
    return render(
        request,
        "portfolios/check_detail.html",
        {
            "check": check,
            "category": catalogue.CATEGORIES[check.category],
            "examples": check.examples,
            "curves": curves.pictures(check.id),
            "share": catalogue.share(check),
            "stats": counts | {"total": sum(counts.values()), "asked": counts["pass"] + counts["fail"]},
        },
    )
