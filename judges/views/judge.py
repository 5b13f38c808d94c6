"""A judge's pages, made for one hand and a phone. Who holds the link is the judge: there is no account.

Reading changes nothing: a table is taken by a POST, so a messenger that previews the link claims no team's time.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from judges import actions
from judges.actions.panel import token_digest
from judges.forms import BallotForm, CheckInForm, SkipForm
from judges.models import Judge, Visit
from judges.results import machine_results
from judges.rows import barred_projects
from judges.rules import Refused, can_hand_in

SESSION_KEY = "judge_link"
type JudgeView = Callable[..., HttpResponse]


def _judges() -> QuerySet[Judge]:
    return Judge.objects.filter(withdrawn_at=None).select_related("round__hackathon")


def _unknown(request: HttpRequest) -> HttpResponse:
    return render(request, "judges/link_unknown.html", status=404)


def for_judge(view: JudgeView) -> JudgeView:
    """Find the judge of this session; a link that was replaced or withdrawn ends it."""

    @wraps(view)
    @never_cache
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        judge = _judges().filter(token_sha256=request.session.get(SESSION_KEY, "")).first()
        return _unknown(request) if judge is None else view(request, judge, *args, **kwargs)

    return wrapped


@never_cache
@require_GET
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The invitation: remember it in the session, and take the secret out of the address bar."""
    digest = token_digest(token)
    if not _judges().filter(token_sha256=digest).exists():
        return _unknown(request)
    request.session[SESSION_KEY] = digest
    request.session.cycle_key()
    return redirect("judge_home")


@for_judge
@require_GET
def home(request: HttpRequest, judge: Judge) -> HttpResponse:
    """The next table, or what there is to do instead."""
    round_ = judge.round
    at_table = judge.visits.filter(state=Visit.State.ASSIGNED).select_related("project__team", "judge__round")
    visit, context = at_table.first(), _shared(judge)
    if visit is not None and can_hand_in(visit):
        return render(
            request, "judges/table.html", {**context, "form": BallotForm.of_visit(visit, round_), "visit": visit}
        )
    if judge.checked_in_at is None and round_.closed_at is None:
        return render(request, "judges/welcome.html", {**context, "form": CheckInForm(round_=round_)})
    return render(request, "judges/pause.html", context)


@for_judge
@require_POST
def start(request: HttpRequest, judge: Judge) -> HttpResponse:
    """Check in with the conflicts that were ticked, and go to the first table when judging is open."""
    form = CheckInForm(request.POST, round_=judge.round)
    if not form.is_valid():
        return render(request, "judges/welcome.html", {**_shared(judge), "form": form}, status=422)
    actions.check_in(judge=judge, conflicts=form.cleaned_data["conflicts"])
    return _go_on(request, judge)


@for_judge
@require_POST
def take_next(request: HttpRequest, judge: Judge) -> HttpResponse:
    return _go_on(request, judge)


@for_judge
@require_POST
def submit(request: HttpRequest, judge: Judge) -> HttpResponse:
    """Hand in and go on; what is missing is asked for on the same page, with everything that was entered."""
    form = BallotForm(request.POST, round_=judge.round)
    if not form.is_valid():
        visit = (
            judge.visits.filter(client_id=form.cleaned_data.get("client_id")).select_related("project__team").first()
        )
        if visit is None:
            messages.error(request, "These scores belong to no table of yours. Please score the team once more.")
            return redirect("judge_home")
        return render(request, "judges/table.html", {**_shared(judge), "form": form, "visit": visit}, status=422)
    client_id, note = form.cleaned_data["client_id"], form.cleaned_data["note"]
    try:
        visit = actions.submit_ballot(judge=judge, client_id=client_id, scores=form.scores(), note=note)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("judge_home")
    messages.success(request, f"Saved: {visit.project.name}.")
    if judge.visits.cast().count() >= _target(judge):
        return redirect("judge_home")
    return _go_on(request, judge)


@for_judge
@require_POST
def skip(request: HttpRequest, judge: Judge) -> HttpResponse:
    form = SkipForm(request.POST)
    if form.is_valid():
        reason = Visit.Reason(form.cleaned_data["reason"])
        actions.skip_visit(judge=judge, client_id=form.cleaned_data["client_id"], reason=reason)
    return _go_on(request, judge)


@for_judge
@require_GET
def scored(request: HttpRequest, judge: Judge) -> HttpResponse:
    """The judge's own list, best first. The automatic result stands beside it: theirs is saved, so it sways nobody."""
    visits = list(judge.visits.cast().select_related("project__team").prefetch_related("scores__criterion"))
    machine = machine_results(visits)
    rows = [
        {
            "visit": visit,
            "mean": _mean(visit),
            "scores": [(score.criterion.name, score.value) for score in visit.scores.all()],
            "machine": machine.get(visit.project_id),
        }
        for visit in visits
    ]
    rows.sort(key=lambda row: (-row["mean"], row["visit"].project.name))
    return render(request, "judges/scored.html", {**_shared(judge), "rows": rows})


@for_judge
def edit(request: HttpRequest, judge: Judge, pk: int) -> HttpResponse:
    """Change scores that were handed in, until judging closes."""
    visit = get_object_or_404(judge.visits.cast().select_related("project__team", "judge"), pk=pk)
    form = BallotForm.of_visit(visit, judge.round, request.POST or None)
    if request.method == "POST" and form.is_valid():
        note, revision = form.cleaned_data["note"], form.cleaned_data["revision"]
        try:
            actions.edit_ballot(visit=visit, scores=form.scores(), note=note, revision=revision)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Changed: {visit.project.name}.")
        return redirect("judge_scored")
    status = 422 if form.is_bound else 200
    context = {
        **_shared(judge),
        "form": form,
        "visit": visit,
        "machine": machine_results([visit]).get(visit.project_id),
    }
    return render(request, "judges/edit.html", context, status=status)


def _go_on(request: HttpRequest, judge: Judge) -> HttpResponse:
    """Take the next table if there is one; the home page says the rest."""
    if judge.round.is_open and judge.checked_in_at is None:
        actions.check_in(judge=judge)
    try:
        if judge.round.is_open and actions.next_visit(judge=judge) is None:
            messages.info(request, "There is no table left for you: you have been to every team you can judge.")
    except Refused as refusal:
        messages.info(request, str(refusal))
    return redirect("judge_home")


def _target(judge: Judge) -> int:
    """How many visits are asked of this judge: no more than there are teams to go to."""
    reachable = judge.round.projects.count() - len(barred_projects(judge.round).get(judge.pk, ()))
    return min(judge.round.visits_per_judge, max(reachable, 0))


def _shared(judge: Judge) -> dict[str, object]:
    """What every page of a judge shows."""
    done, target = judge.visits.cast().count(), _target(judge)
    return {"judge": judge, "round": judge.round, "done": done, "target": target, "all_done": done >= target > 0}


def _mean(visit: Visit) -> float:
    """Weighted as the rubric says."""
    scores = list(visit.scores.all())
    weight = sum(score.criterion.weight for score in scores)
    return sum(score.criterion.weight * score.value for score in scores) / weight if weight else 0.0
