"""What judging came to, for the organiser: ranking, what deserves a look, ballots to take away."""

import csv

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from hackathons.models import Hackathon
from judges import actions
from judges.models import Visit
from judges.report import names_of, outlier_rows, ranking_rows
from judges.results import tally_of
from judges.rows import ballots_of
from judges.rules import Refused
from judges.views.access import for_organiser, round_of


@for_organiser
@require_GET
def results(request: HttpRequest, hackathon: Hackathon) -> HttpResponse:
    """The ranking with its uncertainty, and what deserves a look before it is announced."""
    round_ = round_of(hackathon)
    tally, names = tally_of(round_), names_of(round_)
    context = {
        "hackathon": hackathon,
        "round": round_,
        "rows": ranking_rows(tally, names),
        "outliers": outlier_rows(tally, names, round_),
        "voided": Visit.objects.filter(judge__round=round_, state=Visit.State.VOIDED).select_related(
            "judge", "project", "voided_by"
        ),
        "flagged": [(names.judges[row["judge"]], row) for row in tally.judges if row["flags"]],
        "ties": [(tie["cut"], [names.projects[key].name for key in tie["projects"]]) for tie in tally.ties],
        "not_judged": [names.projects[key] for key in tally.not_judged],
        "islands": [
            ([names.judges[key] for key in island["judges"]], [names.projects[key] for key in island["projects"]])
            for island in tally.islands
        ],
    }
    return render(request, "judges/results.html", context)


@for_organiser
@require_POST
def void(request: HttpRequest, hackathon: Hackathon, pk: int) -> HttpResponse:
    """Leave a visit out of the result, or count it again."""
    visit = get_object_or_404(Visit.objects.select_related("judge__round"), pk=pk, judge__round__hackathon=hackathon)
    try:
        if visit.state == Visit.State.VOIDED:
            actions.restore_visit(visit=visit)
        else:
            reason = request.POST.get("reason", "").strip()
            actions.void_visit(visit=visit, by=request.user, reason=reason or "no reason given")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("judging_results", hackathon.slug)


@for_organiser
@require_GET
def ballots_csv(_request: HttpRequest, hackathon: Hackathon) -> HttpResponse:
    """Every ballot in the columns that `python -m judges.tally` reads: anybody can count again."""
    round_ = round_of(hackathon)
    names, criteria = names_of(round_), [criterion.name for criterion in round_.criteria.all()]
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="ballots-{hackathon.slug}.csv"'},
    )
    rows = csv.writer(response)
    rows.writerow(["judge", "project", *criteria, "visit", "order", "voided"])
    for ballot in ballots_of(round_):
        judge, project = names.judges[ballot.judge], names.projects[ballot.project]
        cells = [f"judge {judge.pk}", project.public_id, *(ballot.scores.get(name) for name in criteria)]
        rows.writerow([*cells, ballot.visit, ballot.order, int(ballot.voided)])
    return response
