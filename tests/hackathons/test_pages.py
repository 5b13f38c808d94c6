"""Events, teams and projects through their pages: the path of a student, and what others may not see."""

import pytest
from django.urls import reverse

from hackathons.forms import ProjectForm
from hackathons.models import Project, Team
from tests import factories

pytestmark = pytest.mark.django_db


def test_student_creates_a_team_and_a_project(client, student, hackathon):
    client.force_login(student)
    client.post(reverse("hackathon", args=[hackathon.slug]), {"name": "Retention"})
    team = Team.objects.get(name="Retention")
    assert list(team.members.all()) == [student]
    client.post(
        reverse("project_create", args=[team.pk]),
        {"name": "Churn", "repository_url": "https://git.example.org/a/b.git", "track": "ml"},
    )
    assert Project.objects.get(name="Churn").table_number == 1


def test_teammate_joins_by_link_once(client, team):
    mate = factories.user("mia")
    client.force_login(mate)
    for _ in range(2):
        client.post(reverse("team_join", args=[team.join_code]))
    assert team.members.filter(pk=mate.pk).count() == 1


def test_join_link_leads_through_sign_in(client, team):
    response = client.get(reverse("team_join", args=[team.join_code]))
    assert response.url == f"{reverse('login')}?next=/join/{team.join_code}/"


@pytest.mark.parametrize("name", ["project", "project_edit"])
def test_project_pages_are_hidden_from_strangers(client, project, name):
    client.force_login(factories.user())
    assert client.get(reverse(name, args=[project.public_id])).status_code == 404


def test_team_page_is_hidden_from_strangers(client, team):
    client.force_login(factories.user())
    assert client.get(reverse("team", args=[team.pk])).status_code == 404


def test_event_page_shows_projects_to_its_organiser_only(client, hackathon, organiser, project):
    client.force_login(organiser)
    assert project.name in client.get(reverse("hackathon", args=[hackathon.slug])).content.decode()
    client.logout()
    assert project.name not in client.get(reverse("hackathon", args=[hackathon.slug])).content.decode()


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c id",
        "--upload-pack=touch x",
        "file:///etc",
        "/srv/repository",
        "git@host:a/b.git",
        "https://token@host/a.git",
        "https://",
        "https://a\x0bb/",
    ],
)
def test_project_form_refuses_addresses_that_git_must_not_get(url):
    form = ProjectForm({"name": "x", "repository_url": url, "track": "general"})
    assert not form.is_valid()
    assert list(form.errors) == ["repository_url"]


def test_project_form_takes_folders_only_where_the_site_allows_it(settings):
    settings.ASSAY_ALLOW_LOCAL_SOURCES = True
    assert ProjectForm({"name": "x", "repository_url": "/srv/repository", "track": "general"}).is_valid()


@pytest.mark.parametrize("ref", ["-x", "a b", "--help"])
def test_project_form_refuses_refs_that_are_options(ref):
    form = ProjectForm({"name": "x", "repository_url": "https://h/a.git", "ref": ref, "track": "general"})
    assert list(form.errors) == ["ref"]
