"""The page on which a team overrides how its project is built and started."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from evaluations.catalogue import manifest_members
from evaluations.forms import BuildSettingsForm
from evaluations.models import Evaluation
from hackathons import rules
from hackathons.actions import set_build_settings
from hackathons.models import Project

EXAMPLE = "version: 1\nroot: backend\nstart: uvicorn api.main:app --host 0.0.0.0 --port $PORT\nhealth: /health\n"


@login_required
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Shown to the project's own team only; changed while it may hand in."""
    project = get_object_or_404(Project.objects.visible_to(request.user), public_id=public_id)
    if not rules.is_member(request.user, project.team):
        raise Http404
    if not rules.can_submit(request.user, project):
        messages.error(request, "The event is over; the project can no longer be changed.")
        return redirect("project", public_id)
    form = BuildSettingsForm(request.POST or None, initial={"settings": project.build_settings})
    if request.method == "POST" and form.is_valid():
        set_build_settings(project=project, text=form.cleaned_data["settings"])
        messages.success(request, "Saved. It counts from the next evaluation on.")
        return redirect("project", public_id)
    return render(
        request,
        "evaluations/build_settings.html",
        {
            "project": project,
            "form": form,
            "plan": _last_plan(project),
            "members": manifest_members(),
            "example": EXAMPLE,
        },
    )


def _last_plan(project: Project) -> dict | None:
    """How the project was built last time, as the report says it; None when it never came to a plan."""
    latest = Evaluation.objects.filter(submission__project=project).order_by("-created_at").first()
    return latest.state.get("plan") if latest else None
