"""The organiser's pages: set up, rubric, panel with links, coverage, results."""

import csv
from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from hackathons.models import Hackathon
from judges import actions, rules
from judges.coverage import coverage_of
from judges.forms import InviteForm, RubricFormSet, SettingsForm
from judges.models import Judge, Round, Visit
from judges.qr import qr_code
from judges.report import names_of, outlier_rows, ranking_rows
from judges.results import tally_of
from judges.rows import ballots_of
from judges.rules import Refused

type View = Callable[..., HttpResponse]


def for_organiser(view: View) -> View:
    """Give the view the event instead of its slug; strangers learn nothing, not even that it exists."""

    @wraps(view)
    @login_required
    def wrapped(request: HttpRequest, slug: str, *args: object, **kwargs: object) -> HttpResponse:
        hackathon = get_object_or_404(Hackathon, slug=slug)
        if not rules.can_organise(request.user, hackathon):
            raise Http404
        return view(request, hackathon, *args, **kwargs)

    return wrapped


def _round(hackathon: Hackathon) -> Round:
    return get_object_or_404(Round.objects.select_related("hackathon"), hackathon=hackathon)


@for_organiser
@require_GET
def panel(request: HttpRequest, hackathon: Hackathon) -> HttpResponse:
    """Everything about the event's judging on one page."""
    round_ = Round.objects.filter(hackathon=hackathon).select_related("hackathon").first()
    context = {"hackathon": hackathon, "round": round_}
    if round_ is not None:
        context |= {
            "coverage": coverage_of(round_),
            "criteria": round_.criteria.all(),
            "invite": InviteForm(auto_id="invite_%s"),
            "settings": SettingsForm(instance=round_, auto_id="settings_%s"),
        }
    return render(request, "judges/panel.html", context)


@for_organiser
@require_POST
def set_up(request: HttpRequest, hackathon: Hackathon) -> HttpResponse:
    actions.set_up_round(hackathon=hackathon)
    messages.success(request, "Here is a first rubric. Change it to what this event rewards.")
    return redirect("judging_rubric", hackathon.slug)


@for_organiser
def rubric(request: HttpRequest, hackathon: Hackathon) -> HttpResponse:
    """Criteria with weights; they stay as they are once judging has opened."""
    round_ = _round(hackathon)
    initial = list(round_.criteria.values("name", "description", "weight"))
    formset = RubricFormSet(request.POST or None, initial=initial)
    if request.method == "POST" and formset.is_valid():
        try:
            actions.save_rubric(round_=round_, criteria=formset.kept())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "The rubric is saved.")
        return redirect("judging", hackathon.slug)
    context = {
        "hackathon": hackathon,
        "round": round_,
        "formset": formset,
        "criteria": round_.criteria.all(),
        "can_change": rules.can_change_rubric(round_),
    }
    return render(request, "judges/rubric.html", context, status=422 if formset.is_bound else 200)


@for_organiser
@require_POST
def change_settings(request: HttpRequest, hackathon: Hackathon) -> HttpResponse:
    round_ = _round(hackathon)
    form = SettingsForm(request.POST, instance=round_)
    if form.is_valid():
        actions.change_settings(round_=round_, **form.cleaned_data)
        messages.success(request, "Saved.")
    else:
        messages.error(request, " ".join(f"{form[name].label}: {errors[0]}" for name, errors in form.errors.items()))
    return redirect("judging", hackathon.slug)


STEPS: dict[str, tuple[Callable[..., None], str]] = {
    "open": (actions.open_round, "Judging is open."),
    "close": (actions.close_round, "Judging is closed. Judges at a table may still finish."),
    "publish": (actions.publish_results, "The results now stand on the scorecards."),
    "take-back": (actions.take_back_results, "The results are hidden again."),
}


@for_organiser
@require_POST
def step(request: HttpRequest, hackathon: Hackathon) -> HttpResponse:
    """Open, close, publish, take back: `step` names which; `leave_out` goes with publish."""
    name = request.POST.get("step", "")
    if name not in STEPS:
        raise Http404
    act, said = STEPS[name]
    options = {"leave_out": True} if name == "publish" and request.POST.get("leave_out") else {}
    try:
        act(round_=_round(hackathon), **options)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("judging_results" if name in ("publish", "take-back") else "judging", hackathon.slug)


@never_cache
@for_organiser
@require_POST
@sensitive_variables("token")
def invite(request: HttpRequest, hackathon: Hackathon) -> HttpResponse:
    """Add a judge and show the link, this once."""
    round_ = _round(hackathon)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            judge, token = actions.invite_judge(round_=round_, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("email", str(refusal))
        else:
            return _show_link(request, hackathon, judge, token)
    return render(request, "judges/invite.html", {"hackathon": hackathon, "form": form}, status=422)


@never_cache
@for_organiser
@require_POST
@sensitive_variables("token")
def reissue(request: HttpRequest, hackathon: Hackathon, pk: int) -> HttpResponse:
    judge = get_object_or_404(Judge, pk=pk, round__hackathon=hackathon)
    token = actions.reissue_link(judge=judge)
    return _show_link(request, hackathon, judge, token)


@sensitive_variables("token", "link")
def _show_link(request: HttpRequest, hackathon: Hackathon, judge: Judge, token: str) -> HttpResponse:
    """Shown in the answer itself and kept nowhere: a redirect would have to store the secret."""
    link = request.build_absolute_uri(reverse("judge_link", args=[token]))
    context = {"hackathon": hackathon, "judge": judge, "link": link, "qr": qr_code(link)}
    return render(request, "judges/invited.html", context)


@for_organiser
@require_POST
def withdraw(request: HttpRequest, hackathon: Hackathon, pk: int) -> HttpResponse:
    """Take a judge off the panel, or back on it."""
    judge = get_object_or_404(Judge, pk=pk, round__hackathon=hackathon)
    if judge.withdrawn_at is None:
        actions.withdraw_judge(judge=judge)
        messages.success(request, f"{judge.name} is sent to no more tables. Scores that were handed in still count.")
    else:
        actions.readmit_judge(judge=judge)
        messages.success(request, f"{judge.name} judges again.")
    return redirect("judging", hackathon.slug)


@for_organiser
@require_POST
def clear_absences(request: HttpRequest, hackathon: Hackathon, pk: int) -> HttpResponse:
    round_ = _round(hackathon)
    project = get_object_or_404(round_.projects, pk=pk)
    actions.clear_absences(round_=round_, project=project)
    messages.success(request, f"Judges are sent to {project.name} again.")
    return redirect("judging", hackathon.slug)


@for_organiser
@require_GET
def results(request: HttpRequest, hackathon: Hackathon) -> HttpResponse:
    """The ranking with its uncertainty, and what deserves a look before it is announced."""
    round_ = _round(hackathon)
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
def ballots_csv(request: HttpRequest, hackathon: Hackathon) -> HttpResponse:
    """Every ballot in the columns that `python -m judges.tally` reads: anybody can count again."""
    round_ = _round(hackathon)
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
