"""An event's hidden test set: who may give it, what is refused and how, and whose evaluations alone get it."""

import json
from contextlib import suppress

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from playwright.sync_api import expect

from evaluations import hidden, runner
from evaluations.hidden.actions import keep_hidden_test_set
from evaluations.models import Evaluation, HiddenTestSet
from sandbox.engine.fake import FakeEngine
from tests import factories
from tests.repository import repository

pytestmark = pytest.mark.django_db
SECRET = "Zwölfaxing"  # a value that stands nowhere but in the rows
CSV = "age,town,churned\n" + "".join(f"{20 + number},{SECRET},{number % 2}\n" for number in range(40))


def upload(text=CSV, target="churned", metric="accuracy", name="rows.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    return {"file": SimpleUploadedFile(name, data, "text/csv"), "target": target, "metric": metric}


@pytest.fixture
def page_of(hackathon):
    return reverse("hidden_test_set", args=[hackathon.slug])


@pytest.fixture
def desk(client, organiser):
    client.force_login(organiser)
    return client


@pytest.fixture
def kept(hackathon, organiser):
    return keep_hidden_test_set(
        hackathon=hackathon, data=CSV.encode(), target="churned", metric="accuracy", by=organiser
    )


def test_organiser_uploads_rows_sees_figures_of_them_and_removes_them(desk, page_of, hackathon, organiser):
    page = desk.post(page_of, upload(), follow=True).content.decode()
    kept = HiddenTestSet.objects.get()
    assert (kept.hackathon, kept.rows, kept.columns, kept.target, kept.metric) == (
        hackathon,
        40,
        3,
        "churned",
        "accuracy",
    )
    assert kept.uploaded_by == organiser
    assert "40 rows are kept" in page
    assert kept.public_id in page
    assert SECRET not in page
    assert "Removed" in desk.post(page_of, {"do": "remove"}, follow=True).content.decode()
    assert not HiddenTestSet.objects.exists()


def test_another_upload_takes_the_place_of_the_first_under_an_id_of_its_own(desk, page_of, kept):
    desk.post(page_of, upload(CSV.replace("churned", "left"), "left", "auc"))
    again = HiddenTestSet.objects.get()
    assert (again.target, again.metric) == ("left", "auc")
    assert again.public_id != kept.public_id


def test_file_of_a_spreadsheet_with_a_byte_order_mark_is_kept_as_text(desk, page_of):
    desk.post(page_of, upload(b"\xef\xbb\xbf" + CSV.replace(",", ";").replace("\n", "\r\n").encode()))
    assert HiddenTestSet.objects.get().content.startswith("age;town")


@pytest.mark.parametrize(
    ("text", "target", "expected"),
    [
        (CSV, "left", ("target", "no column “left”")),
        (CSV.encode("latin-1"), "churned", ("file", "Line 2 is not UTF-8")),
        (b"PK\x03\x04" + bytes(50), "churned", ("file", "an Excel or OpenDocument workbook")),
        (CSV[:60], "churned", ("file", "at least 20 are needed")),
        (CSV + " " * 2**21, "churned", ("file", "at most 2 MiB")),
        (b"", "churned", ("file", "empty")),
        (CSV.replace("20,Zw", "20,1,Zw"), "churned", ("file", "Row 1 has 4 cells")),
    ],
)
def test_file_that_cannot_be_used_is_refused_beside_its_field(desk, hackathon, text, target, expected):
    field, said = expected
    response = desk.post(reverse("hidden_test_set", args=[hackathon.slug]), upload(text, target))
    assert response.status_code == 422
    assert any(said in error for error in response.context["form"].errors[field])
    assert SECRET not in response.content.decode()
    assert not HiddenTestSet.objects.exists()


def test_page_is_for_the_organisers_of_the_event_alone(page_of, kept, student, team):
    assert team.memberships.filter(user=student).exists()
    other = factories.user()
    factories.hackathon(organisers=[other])
    assert Client().get(page_of).url.startswith("/login/")
    for user in (student, other):
        client = Client()
        client.force_login(user)
        assert client.get(page_of).status_code == 404
        assert client.post(page_of, upload(CSV.replace("1\n", "0\n"))).status_code == 404
        assert client.post(page_of, {"do": "remove"}).status_code == 404
    assert HiddenTestSet.objects.get().content == CSV


def test_only_ml_evaluations_of_the_same_event_are_given_the_rows(kept, project, student):
    own = factories.evaluation(project=project, by=student, track="ml")
    rows = hidden.for_evaluation(own)
    assert (rows.id, rows.target, rows.metric, len(rows.table.rows)) == (kept.public_id, "churned", "accuracy", 40)
    elsewhere = factories.project(team=factories.team(hackathon=factories.hackathon(), members=[student]))
    assert hidden.for_evaluation(factories.evaluation(project=elsewhere, by=student, track="ml")) is None
    assert hidden.for_evaluation(factories.evaluation(project=project, by=student, track="ai")) is None
    assert hidden.for_evaluation(factories.evaluation(by=student, track="ml")) is None


def test_model_is_not_in_the_admin_site():
    from django.contrib import admin

    assert HiddenTestSet not in admin.site._registry


def addresses(arguments):
    """(name, address) of every page of the site whose arguments are among these."""
    for name, (possible, *_) in get_resolver().reverse_dict.lists():
        for _, wanted in possible[0]:
            if isinstance(name, str) and set(wanted) <= set(arguments):
                with suppress(NoReverseMatch):  # another kind of id
                    yield name, reverse(name, kwargs={one: arguments[one] for one in wanted})


@pytest.mark.usefixtures("kept")
def test_no_page_has_the_rows(hackathon, project, student, organiser):
    evaluation = factories.evaluation(project=project, by=student, track="ml")
    arguments = {"slug": hackathon.slug, "pk": project.team.pk, "track": "ml", "name": "ml@2"}
    opened = set()
    for user in (student, organiser):
        client = Client()
        client.force_login(user)
        for public_id in (project.public_id, evaluation.public_id):
            for name, address in addresses(arguments | {"public_id": public_id}):
                if name != "readyz":  # it asks the services of the machine
                    response = client.get(address)
                    body = b"".join(response) if response.streaming else response.content
                    assert SECRET.encode() not in body, name
                    opened |= {name} if response.status_code == 200 else set()
    assert {"hackathon", "hidden_test_set", "scoring", "project", "evaluation", "judging"} <= opened


@pytest.mark.django_db(transaction=True)
@pytest.mark.redis
def test_nothing_that_the_worker_stores_has_the_rows(kept, project, student, settings, tmp_path):
    settings.ASSAY_WORKSPACES, settings.ASSAY_ALLOW_LOCAL_SOURCES = tmp_path / "workspaces", True
    folder = repository(tmp_path / "repository", {"notes.txt": "nothing to run"})
    evaluation = factories.evaluation(project=project, by=student, track="ml", source_url=str(folder))
    assert runner.work_on(evaluation.pk, FakeEngine())
    evaluation = Evaluation.objects.select_related("evidence", "scorecard").get(pk=evaluation.pk)
    assert evaluation.state["source"]["event"]["hidden_rows"] == kept.public_id
    stored = [evaluation.state, evaluation.evidence.document, evaluation.scorecard.report, evaluation.fault]
    told = [*evaluation.lines.values_list("text", flat=True), *evaluation.findings.values_list("observed", flat=True)]
    assert SECRET not in json.dumps([*stored, *told], ensure_ascii=False)


def test_scoring_page_tells_everybody_that_there_is_one_and_event_page_leads_organisers_to_it(desk, kept, hackathon):
    scoring = Client().get(reverse("scoring", args=[hackathon.slug])).content.decode()
    assert "40 rows; the figure is accuracy" in scoring
    event = reverse("hackathon", args=[hackathon.slug])
    link = reverse("hidden_test_set", args=[hackathon.slug])
    assert link not in Client().get(event).content.decode()
    assert link in desk.get(event).content.decode()


@pytest.fixture
def page(chromium, live_server, desk):
    """A browser's page with the organiser signed in."""
    with chromium.new_context(base_url=live_server.url) as context:
        cookie = desk.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        yield context.new_page()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_page_fits_and_is_accessible(page, page_of, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(page_of)
    page.get_by_label("CSV file").set_input_files({"name": "rows.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    page.get_by_label("Target column").fill("churn")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#id_target_error")).to_contain_text("Did you mean “churned”?")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
    found = Axe().run(page, options=rules)
    assert found.response["violations"] == [], found.generate_report()
