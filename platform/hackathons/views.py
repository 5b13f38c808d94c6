"""Pages of events, teams and projects."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from hackathons import actions, rules
from hackathons.forms import HackathonForm, ProjectForm, TeamForm
from hackathons.models import Hackathon, Project, Team


def hackathon_list(request: HttpRequest) -> HttpResponse:
    """Every event: those that take submissions first."""
    hackathons = list(Hackathon.objects.all())
    running = [event for event in hackathons if event.is_open]
    over = [event for event in hackathons if not event.is_open]
    return render(
        request,
        "hackathons/list.html",
        {"open": running, "over": over, "groups": [(running, "Open"), (over, "Over or not open yet")]},
    )


@login_required
def hackathon_create(request: HttpRequest) -> HttpResponse:
    form = HackathonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        hackathon = actions.create_hackathon(organiser=request.user, **form.cleaned_data)
        messages.success(request, f"{hackathon.name} is ready. Share this page with the teams.")
        return redirect("hackathon", hackathon.slug)
    return render(request, "hackathons/create.html", {"form": form})


def hackathon_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The event; organisers see its teams and projects, others see their own team."""
    hackathon = get_object_or_404(Hackathon, slug=slug)
    is_organiser = rules.is_organiser(request.user, hackathon)
    teams = hackathon.teams.prefetch_related("members", "projects")
    form = TeamForm(request.POST or None)
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect(f"{reverse('login')}?next={request.path}")
        if form.is_valid():
            team = actions.create_team(hackathon=hackathon, creator=request.user, **form.cleaned_data)
            return redirect("team", team.pk)
    mine = [team for team in teams if request.user in team.members.all()]
    return render(
        request,
        "hackathons/detail.html",
        {
            "hackathon": hackathon,
            "is_organiser": is_organiser,
            "teams": teams if is_organiser else [],
            "team_count": len(teams),
            "my_teams": mine,
            "form": form,
        },
    )


@login_required
def team_detail(request: HttpRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(Team.objects.select_related("hackathon"), pk=pk)
    if not rules.is_member(request.user, team) and not rules.is_organiser(request.user, team.hackathon):
        raise Http404
    return render(
        request,
        "hackathons/team.html",
        {
            "team": team,
            "join_url": request.build_absolute_uri(reverse("team_join", args=[team.join_code])),
            "projects": team.projects.all(),
        },
    )


@login_required
def team_join(request: HttpRequest, code: str) -> HttpResponse:
    """The page behind an invitation: who invites, and one button."""
    team = get_object_or_404(Team.objects.select_related("hackathon"), join_code=code)
    if request.method == "POST" or rules.is_member(request.user, team):
        actions.join_team(team=team, user=request.user)
        return redirect("team", team.pk)
    return render(request, "hackathons/join.html", {"team": team})


@login_required
def project_create(request: HttpRequest, pk: int) -> HttpResponse:
    team = get_object_or_404(Team.objects.select_related("hackathon"), pk=pk)
    if not rules.is_member(request.user, team):
        raise Http404
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = actions.create_project(team=team, **form.cleaned_data)
        return redirect("project", project.public_id)
    return render(request, "hackathons/project_form.html", {"form": form, "team": team})


@login_required
def project_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), public_id=public_id)
    if not rules.can_submit(request.user, project):
        messages.error(request, "The event is over; the project can no longer be changed.")
        return redirect("project", public_id)
    form = ProjectForm(request.POST or None, instance=project)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved. Submit again to evaluate the change.")
        return redirect("project", public_id)
    return render(request, "hackathons/project_form.html", {"form": form, "team": project.team, "project": project})


@login_required
def project_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """The team's own page of a project: submit, and the history of what was submitted."""
    project = get_object_or_404(
        Project.objects.visible_to(request.user).select_related("team__hackathon"), public_id=public_id
    )
    submissions = project.submissions.select_related("submitted_by").prefetch_related("evaluations__scorecard")
    return render(
        request,
        "hackathons/project.html",
        {
            "project": project,
            "submissions": submissions,
            "can_submit": rules.can_submit(request.user, project),
            "is_member": rules.is_member(request.user, project.team),
        },
    )
