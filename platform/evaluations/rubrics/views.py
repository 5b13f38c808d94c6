"""Pages of rubrics: what counts in an event, its editor with a preview, and every version for who reads a scorecard."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from evaluations import rubrics
from evaluations.catalogue import CATEGORIES, curves
from evaluations.models import EventRubric, HiddenTestSet
from evaluations.rubrics.actions import Outdated, save_rubric
from evaluations.rubrics.drafts import RubricForm, about
from evaluations.rubrics.preview import changes
from hackathons import rules
from hackathons.models import Hackathon, Project
from sandbox.checks import all_checks
from sandbox.rubrics import Rubric, RubricError, all_rubrics, load


@require_safe
def scoring(request: HttpRequest, slug: str) -> HttpResponse:
    """What counts in an event, a rubric a track, with the versions before; its organisers change it from here."""
    hackathon = get_object_or_404(Hackathon, slug=slug)
    versions = hackathon.rubrics.select_related("saved_by")
    tracks = [
        {
            "id": track,
            "label": label,
            "rubric": (rubric := rubrics.for_event(hackathon, track)),
            "weights": _weights(rubric),
            "versions": [row for row in versions if row.track == track],
        }
        for track, label in Project.Track.choices
    ]
    is_organiser = rules.is_organiser(request.user, hackathon)
    hidden = HiddenTestSet.objects.filter(hackathon=hackathon).defer("content").first()
    context = {"hackathon": hackathon, "tracks": tracks, "is_organiser": is_organiser, "hidden": hidden}
    return render(request, "evaluations/rubrics/scoring.html", context)


@login_required
def edit(request: HttpRequest, slug: str, track: str) -> HttpResponse:
    """The organiser's form. `do` says what with it: preview, scale the weights, or save as a new version."""
    hackathon = get_object_or_404(Hackathon, slug=slug)
    if not rules.is_organiser(request.user, hackathon) or track not in Project.Track.values:
        raise Http404
    rubric = rubrics.for_event(hackathon, track)
    title = rubric.title if "based_on" in rubric.document else f"{hackathon}: {rubric.title}"[:120]
    form = RubricForm(request.POST or None, rubric=rubric, title=title)
    context: dict[str, Any] = {"hackathon": hackathon, "track": Project.Track(track).label, "rubric": rubric}
    if request.POST.get("do") == "scale":
        form = RubricForm(form.scaled(), rubric=rubric)
    if form.is_bound and form.is_valid():
        try:
            if request.POST.get("do") == "save":
                saved = save_rubric(hackathon=hackathon, document=form.document(), by=request.user)
                messages.success(request, f"Saved as {saved.name}. It counts from the next evaluation on.")
                return redirect("scoring", slug)
            draft = load(form.document())
            context |= {"previewed": True, "changes": changes(hackathon, draft)}
        except RubricError as error:
            for problem in error.problems:
                form.add_error(None, problem)
        except Outdated as other:
            form.add_error(
                None, f"{other.name} was saved meanwhile. Open this page again, and change that version instead."
            )
    refused = form.is_bound and not form.is_valid()
    return render(request, "evaluations/rubrics/edit.html", context | {"form": form}, status=422 if refused else 200)


@require_safe
def detail(request: HttpRequest, name: str) -> HttpResponse:
    """One version of a rubric: what every check weighs in it, what is required, and what caps the total."""
    rubric = rubrics.named(name)
    if rubric is None:
        raise Http404
    own = EventRubric.objects.filter(name=name).select_related("hackathon").first()
    groups = [row | {"checks": _checks(rubric, row["id"])} for row in _weights(rubric)]
    context = {"rubric": rubric, "groups": groups, "gates": rubric.gates, "own": own}
    return render(request, "evaluations/rubrics/detail.html", context)


@require_safe
def document(_request: HttpRequest, name: str) -> HttpResponse:
    """The same as JSON: `assay judge EVIDENCE.json --rubric FILE` takes it."""
    rubric = rubrics.named(name)
    if rubric is None:
        raise Http404
    return JsonResponse(dict(rubric.document), json_dumps_params={"indent": 2})


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The rubrics that come with the site, the newest of each track first."""
    bundled = [{"rubric": one, "weights": _weights(one)} for one in reversed(all_rubrics().values())]
    return render(request, "evaluations/rubrics/index.html", {"rubrics": bundled})


def _weights(rubric: Rubric) -> list[dict[str, Any]]:
    return [{"id": name, "label": CATEGORIES[name], "points": points} for name, points in rubric.weights.items()]


def _checks(rubric: Rubric, category: str) -> list[dict[str, Any]]:
    return [
        {
            "check": check,
            "weight": rubric.weight_of(check),
            "required": check.id in rubric.required,
            "thresholds": {about(name): figure for name, figure in rubric.thresholds_of(check).items()},
            "curves": curves(check),
        }
        for check in all_checks().values()
        if check.category == category and rubric.asks(check)
    ]
