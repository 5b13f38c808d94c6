"""The team's own build settings: who may change them, what is refused and how, and that the sandbox gets them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from evaluations import runner
from evaluations.actions import request_evaluation
from sandbox.engine.fake import FakeEngine
from tests import factories
from tests.repository import repository

pytestmark = pytest.mark.django_db(transaction=True)
VALID = "version: 1\nroot: backend\nenv:\n  MODE: demo\n"


@pytest.fixture
def page_of(client, student, project):
    """The address, with its owner signed in."""
    client.force_login(student)
    return reverse("project_build", args=[project.public_id])


def test_member_saves_settings_and_the_project_says_so(client, page_of, project):
    response = client.post(page_of, {"settings": VALID}, follow=True)
    project.refresh_from_db()
    assert project.build_settings == VALID.rstrip()
    assert "set by the team on the site" in response.content.decode()


def test_empty_settings_leave_it_to_the_repository(client, page_of, project):
    client.post(page_of, {"settings": VALID})
    client.post(page_of, {"settings": "  \n"})
    project.refresh_from_db()
    assert project.build_settings == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nstrat: x\n", "Line 2: `strat` is not a member"),
        ("version: 1\nport: high\n", "Line 2: `port` cannot be &quot;high&quot;; allowed: a whole number"),
        ("version: 1\nroot: ../other\n", "Line 2: `root` cannot be"),
        ("version: 1\nbuildpack: cobol\n", "Line 2: `buildpack` cannot be cobol"),
        ("a: &a [1]\nb: [*a]\n", "is a reference"),
        ("[" * 5000, "more than 8 deep"),
        ("version: 1\nenv: {A: " + "x" * 30_000 + "}\n", "at most 20000 characters"),
    ],
)
def test_bad_settings_are_refused_beside_the_field_and_kept_in_it(client, page_of, project, text, said):
    response = client.post(page_of, {"settings": text})
    project.refresh_from_db()
    assert project.build_settings == ""
    assert said in response.content.decode()
    assert 'id="id_settings_error"' in response.content.decode()


def test_strangers_and_organisers_do_not_see_the_page(client, page_of, organiser):
    for user in (factories.user(), organiser):
        client.force_login(user)
        assert client.get(page_of).status_code == 404
        assert client.post(page_of, {"settings": VALID}).status_code == 404
    client.logout()
    assert client.get(page_of).status_code == 302


def test_nothing_changes_after_the_event(client, page_of, project, hackathon):
    hackathon.ends_at = timezone.now()
    hackathon.save()
    client.post(page_of, {"settings": VALID})
    project.refresh_from_db()
    assert project.build_settings == ""


def test_evaluation_takes_the_settings_of_when_it_was_asked_for(student, project):
    project.build_settings = VALID
    project.save()
    handed_in = factories.submission(project=project, by=student)
    with transaction.atomic():
        evaluation = request_evaluation(source_url="https://git.example.org/x.git", submission=handed_in)
        project.build_settings = ""
        project.save()
        evaluation.refresh_from_db()
        assert evaluation.build_settings == VALID
        transaction.set_rollback(True)  # nobody is told to work on it


def test_sandbox_gets_the_settings(settings, tmp_path):
    settings.ASSAY_WORKSPACES, settings.ASSAY_ALLOW_LOCAL_SOURCES = tmp_path / "workspaces", True
    folder = repository(tmp_path / "repository", {"assay.yaml": "version: 1\nroot: api\n"})
    evaluation = factories.evaluation(source_url=str(folder), build_settings=VALID)
    assert runner.work_on(evaluation.pk, FakeEngine())
    evaluation.refresh_from_db()
    assert evaluation.fault["id"] == "manifest_invalid"
    assert evaluation.fault["title"].startswith("The build settings on the site cannot be followed: `root` is backend")


@pytest.fixture
def page(chromium, live_server, client, page_of, project):
    """A browser's page with the team's member signed in, after one evaluation that came to a plan."""
    plan = {"runtime": "Python 3.12", "why": ["main.py:app is FastAPI's application."], "alternatives": ["static: x"]}
    factories.evaluation(project=project, by=project.team.members.get(), state={"plan": plan})
    with chromium.new_context(base_url=live_server.url) as context:
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        yield context.new_page()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_and_is_accessible(page, page_of, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(page_of)
    page.get_by_label("Settings").fill("version: 1\nstrat: uvicorn main:app\nport: high\n")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#id_settings_error p")).to_have_count(2)
    assert "strat: uvicorn" in page.get_by_label("Settings").input_value()
    page.get_by_text("Everything that can be set").click()
    expect(page.get_by_text("Whose rubric counts")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
    found = Axe().run(page, options=rules)
    assert found.response["violations"] == [], found.generate_report()
