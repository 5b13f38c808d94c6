"""Pages of evaluations: the dashboard, handing in, and the live page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from evaluations import actions, selfproof
from evaluations.live import live_url
from evaluations.models import Evaluation, Stage
from hackathons import rules
from hackathons.actions import submit_project
from hackathons.models import Hackathon, Project

STAGE_LABELS = {
    Stage.QUEUED: "Waiting for a worker",
    Stage.FETCHING: "Fetch the source",
    Stage.BUILDING: "Build the image",
    Stage.OBSERVING: "Deploy, load and watch",
    Stage.SCORING: "Score",
}
SHOWN_LINES = 400


@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """Where a signed-in person starts: their projects, their events, and the next step when there is none."""
    projects = (
        Project.objects.filter(team__members=request.user)
        .select_related("team__hackathon")
        .prefetch_related("submissions__evaluations__scorecard")
    )
    return render(
        request,
        "evaluations/dashboard.html",
        {
            "projects": [{"project": project, "evaluation": _latest(project)} for project in projects],
            "teams": request.user.teams.select_related("hackathon"),
            "organised": Hackathon.objects.organised_by(request.user),
            "open_hackathons": Hackathon.objects.open(),
        },
    )


def _latest(project: Project) -> Evaluation | None:
    evaluations = [one for submission in project.submissions.all() for one in submission.evaluations.all()]
    return max(evaluations, key=lambda one: one.created_at, default=None)


@login_required
@require_POST
def submit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hand the project in and queue its evaluation; a running one of the same project is shown instead."""
    project = get_object_or_404(Project.objects.visible_to(request.user), public_id=public_id)
    if not rules.can_submit(request.user, project):
        messages.error(request, "The event is over; nothing can be handed in any more.")
        return redirect("project", public_id)
    running = Evaluation.objects.live().filter(submission__project=project).first()
    if running is not None:
        messages.info(request, "This project is being evaluated already. Cancel it first to start again.")
        return redirect("evaluation", running.public_id)
    submission = submit_project(project=project, by=request.user)
    evaluation = actions.request_evaluation(
        source_url=submission.url,
        ref=submission.ref,
        track=project.track,
        requested_by=request.user,
        submission=submission,
    )
    return redirect("evaluation", evaluation.public_id)


@login_required
def detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """The live page: stages, progress, log lines as they come; without JavaScript it refreshes itself."""
    evaluation = _visible(request, public_id)
    lines = list(evaluation.lines.order_by("-seq")[:SHOWN_LINES])[::-1]
    context = {
        "evaluation": evaluation,
        "stages": _stages(evaluation),
        "lines": lines,
        "progress": {"fraction": evaluation.progress_fraction or 0, "text": evaluation.progress_text},
        "live_url": f"{live_url(evaluation)}&after={lines[-1].seq if lines else 0}",
        "cancel_url": reverse("evaluation_cancel", args=[public_id]),
        "rerun_url": reverse("evaluation_rerun", args=[public_id]),
        "can_cancel": evaluation.is_live and evaluation.cancel_requested_at is None,
        "scorecard": getattr(evaluation, "scorecard", None),
        "project": evaluation.submission.project if evaluation.submission else None,
        "self_proof": selfproof.told() if evaluation.stage == Stage.QUEUED else "",
    }
    return render(request, "evaluations/detail.html", context)


@login_required
@require_POST
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    evaluation = _visible(request, public_id)
    if actions.cancel_evaluation(evaluation=evaluation):
        messages.info(request, "Stopping. Everything that was started is being removed.")
    else:
        messages.info(request, "It was over already.")
    return redirect("evaluation", public_id)


@login_required
@require_POST
def rerun(request: HttpRequest, public_id: str) -> HttpResponse:
    """The same source once more, as a new evaluation."""
    old = _visible(request, public_id)
    if old.is_live:
        messages.info(request, "It is still running.")
        return redirect("evaluation", public_id)
    new = actions.request_evaluation(
        source_url=old.source_url,
        ref=old.ref,
        track=old.track,
        requested_by=request.user,
        submission=old.submission,
    )
    return redirect("evaluation", new.public_id)


def _visible(request: HttpRequest, public_id: str) -> Evaluation:
    rows = Evaluation.objects.visible_to(request.user).select_related("submission__project__team", "scorecard")
    return get_object_or_404(rows, public_id=public_id)


def _stages(evaluation: Evaluation) -> list[dict]:
    """Rows for the stage list: what is done has its seconds, what runs counts from its start."""
    done = {row["name"]: row for row in evaluation.state.get("stages", [])}
    rows = []
    for name, label in STAGE_LABELS.items():
        row = {"name": name, "label": label, "state": "waiting", "seconds": None}
        if name in done:
            row |= {"state": done[name]["outcome"], "seconds": done[name]["seconds"]}
        elif evaluation.stage == name:
            row["state"] = "running"
        elif name == Stage.QUEUED:
            row["state"] = "done" if evaluation.started_at else "skipped"
        elif name == Stage.SCORING and evaluation.stage == Stage.SCORED:
            row["state"] = "done"
        elif not evaluation.is_live:
            row["state"] = "skipped"
        if name == Stage.QUEUED and (evaluation.started_at or evaluation.is_live):
            row["seconds"] = ((evaluation.started_at or timezone.now()) - evaluation.created_at).total_seconds()
        rows.append(row)
    return rows
