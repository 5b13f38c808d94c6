"""The organiser's pages around the round itself: overview with coverage, rubric, settings, open and close."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from hackathons.models import Hackathon
from judges import actions, rules
from judges.coverage import coverage_of
from judges.forms import InviteForm, RubricFormSet, SettingsForm
from judges.models import Round
from judges.rules import Refused
from judges.views.access import for_organiser, round_of


@for_organiser
@require_GET
def overview(request: HttpRequest, hackathon: Hackathon) -> HttpResponse:
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
    round_ = round_of(hackathon)
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
    round_ = round_of(hackathon)
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
        act(round_=round_of(hackathon), **options)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("judging_results" if name in ("publish", "take-back") else "judging", hackathon.slug)


@for_organiser
@require_POST
def clear_absences(request: HttpRequest, hackathon: Hackathon, pk: int) -> HttpResponse:
    round_ = round_of(hackathon)
    project = get_object_or_404(round_.projects, pk=pk)
    actions.clear_absences(round_=round_, project=project)
    messages.success(request, f"Judges are sent to {project.name} again.")
    return redirect("judging", hackathon.slug)
