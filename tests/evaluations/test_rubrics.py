"""An event's own rubrics: who changes them, what is refused, what the preview says, and which version judges what."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from evaluations import rubrics
from evaluations.actions import store_scorecard
from evaluations.models import EventRubric, Scorecard
from evaluations.rubrics.drafts import RubricForm
from evaluations.rubrics.preview import changes
from sandbox.evidence import Evidence
from sandbox.rubrics import newest
from tests import factories

pytestmark = pytest.mark.django_db
EVIDENCE = Path(__file__).parents[1] / "sandbox" / "evidence"


def seen(name):
    return Evidence.from_json(json.loads((EVIDENCE / f"{name}.json").read_text()))


def typed(rubric, **changes):
    """What a browser sends of the untouched form; `changes` are by the field's name with _ for -."""
    form = RubricForm(rubric=rubric)
    data = {field.html_name: field.initial for field in form if field.initial not in (None, False)}
    return {name: value for name, value in (data | changes).items() if value is not None}


def shown(desk, card):
    """The scorecard's page without what is new at every request."""
    page = desk.get(reverse("scorecard", args=[card.public_id])).content.decode()
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


@pytest.fixture
def desk(client, organiser):
    client.force_login(organiser)
    return client


@pytest.fixture
def editor(hackathon):
    return reverse("scoring_edit", args=[hackathon.slug, "general"])


@pytest.fixture
def cards(hackathon, project, student):
    """Two projects of the event, scored: a healthy one and one that crashes."""
    other = factories.project(team=factories.team(hackathon=hackathon, members=[student]), name="Crashing")
    return [
        store_scorecard(evaluation=factories.evaluation(project=one, by=student), evidence=seen(name))
        for one, name in ((project, "fastapi-docker"), (other, "crashes-at-start"))
    ]


def test_scoring_page_shows_everybody_what_counts_and_organisers_the_way_in(client, organiser, hackathon, editor):
    page = reverse("scoring", args=[hackathon.slug])
    shown = client.get(page).content.decode()
    assert "general@2" in shown
    assert editor not in shown
    client.force_login(organiser)
    assert editor in client.get(page).content.decode()


def test_editor_is_for_organisers_only(hackathon, editor, student):
    assert Client().get(editor).url.startswith("/login/")
    stranger = Client()
    stranger.force_login(student)
    assert stranger.get(editor).status_code == 404
    assert stranger.post(editor, typed(newest("general"), do="save")).status_code == 404
    assert not EventRubric.objects.exists()


def test_editor_knows_only_the_tracks(desk, hackathon):
    assert desk.get(reverse("scoring_edit", args=[hackathon.slug, "cobol"])).status_code == 404


def test_saved_version_judges_what_comes_and_old_cards_keep_theirs(desk, hackathon, editor, cards):
    evaluation = cards[0].evaluation
    failing = next(row["check"] for row in cards[0].report["findings"] if row["outcome"] == "fail")
    before = shown(desk, cards[0])
    data = typed(
        newest("general"),
        **{"category-build": "0", "category-practice": "35", f"required-{failing}": "on", "gate-required_failed": "40"},
        do="save",
    )
    assert "counts from the next evaluation on" in desk.post(editor, data, follow=True).content.decode()
    saved = EventRubric.objects.get()
    assert saved.name == f"{hackathon.slug}/general@1"
    assert saved.document["based_on"] == "general@2"
    again = factories.evaluation(project=evaluation.submission.project, by=evaluation.requested_by)
    new = store_scorecard(evaluation=again, evidence=seen("fastapi-docker"))
    assert (new.rubric, new.report["scorecard"]["weights"]["practice"]) == (saved.name, 35)
    assert new.total <= 40
    assert "required_failed" in [gate["id"] for gate in new.report["scorecard"]["gates"]]
    assert Scorecard.objects.get(pk=cards[0].pk).rubric == "general@2"
    assert shown(desk, cards[0]) == before
    page = desk.get(reverse("scorecard", args=[new.public_id]))
    assert page.status_code == 200
    assert {row["weight"] for row in page.context["scorecard"]["categories"]} == {0, 25, 20, 35}


def test_editor_takes_figures_of_old_names_and_tells_which_it_does_not_know(desk, hackathon, editor):
    document = dict(newest("general").document) | {"id": f"{hackathon.slug}/general", "version": 1}
    own = {"keeps_series_bounded": {"thresholds": {"series": 9, "made_up": 1}}}
    factories.rubric(hackathon=hackathon, document=document | {"checks": document["checks"] | own})
    page = desk.get(editor)
    assert page.context["form"]["threshold-keeps_series_bounded-most_series"].initial == "9"
    assert page.context["form"].unknown() == ["Random paths add no series: made_up"]
    assert "figures that no check asks for any more" in page.content.decode()


def test_failures_that_follow_from_one_stand_below_it(desk, project, student):
    seen_all = seen("fastapi-docker")
    without = replace(seen_all, probes=seen_all.probes | {"metrics": {"present": False}})
    card = store_scorecard(evaluation=factories.evaluation(project=project, by=student), evidence=without)
    page = desk.get(reverse("scorecard", args=[card.public_id]))
    rows = {row["check"]: row for row in page.context["findings"]}
    assert {"counts_requests", "measures_latency"} <= {row["check"] for row in rows["exposes_metrics"]["following"]}
    assert "counts_requests" not in rows
    assert "more fail with it" in page.content.decode()


def test_untouched_rubric_judges_the_same(desk, hackathon, editor, cards):
    desk.post(editor, typed(newest("general"), do="save"))
    own = rubrics.for_event(hackathon, "general")
    assert own.name == f"{hackathon.slug}/general@1"
    assert [(row.old, row.moved) for row in changes(hackathon, own)] == [
        (row.new, 0) for row in changes(hackathon, own)
    ]


def test_other_tracks_and_other_events_keep_the_rubric_that_comes_with_the_site(desk, hackathon, editor):
    desk.post(editor, typed(newest("general"), do="save"))
    assert rubrics.for_event(hackathon, "ml") is newest("ml")
    assert rubrics.for_event(factories.hackathon(), "general") is newest("general")
    assert rubrics.for_evaluation(factories.evaluation(), "general") is newest("general")


def test_preview_says_what_would_change_and_saves_nothing(desk, hackathon, editor, cards):
    only_practice = {f"category-{name}": "0" for name in ("build", "deploy", "load", "monitoring")}
    data = typed(newest("general"), **only_practice, **{"category-practice": "100"}, do="preview")
    page = desk.post(editor, data)
    rows = page.context["changes"]
    assert {row.project.name for row in rows} == {cards[0].evaluation.submission.project.name, "Crashing"}
    for row in rows:
        card = next(one for one in cards if one.evaluation.submission.project == row.project)
        assert (row.old, row.old_grade) == (card.total, card.grade)
        assert row.difference == round(row.new - row.old, 1)
        assert f"{row.new:.1f}" in page.content.decode()
    assert max(row.new for row in rows if row.project.name == "Crashing") <= 20
    assert not EventRubric.objects.exists()
    assert [Scorecard.objects.get(pk=card.pk).total for card in cards] == [card.total for card in cards]


def test_preview_shares_places_and_counts_moves(desk, hackathon, student, editor, cards):
    third = factories.project(team=factories.team(hackathon=hackathon), name="Twin")
    store_scorecard(evaluation=factories.evaluation(project=third, by=student), evidence=seen("fastapi-docker"))
    rows = changes(hackathon, newest("general"))
    assert [(row.old_rank, row.new_rank) for row in rows] == [(1, 1), (1, 1), (3, 3)]
    Scorecard.objects.filter(pk=cards[1].pk).update(total=99)
    crashed = changes(hackathon, newest("general"))[-1]
    assert (crashed.old_rank, crashed.new_rank, crashed.moved) == (1, 3, -2)


def test_preview_of_an_event_without_scorecards_says_so(desk, hackathon, editor):
    page = desk.post(editor, typed(newest("general"), do="preview")).content.decode()
    assert "so nothing would change" in page


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("category-build", "10", "add up to 90, and have to add up to 100: add 10"),
        ("category-build", "40", "take away 20"),
        ("category-build", "", "This field is required"),
        ("category-build", "-1", "greater than or equal to 0"),
        ("category-build", "NaN", "Enter a number"),
        ("gate-never_deployed", "200", "less than or equal to 100"),
        ("weight-has_ci", "77", "Select a valid choice"),
        ("threshold-image_stays_small-p10_mb", "5000", "p10 has to stay below the median"),
        ("threshold-image_stays_small-median_mb", "0", "p10"),
        ("title", "", "This field is required"),
        ("based_on", "general@1", "general@2 was saved meanwhile"),
    ],
)
def test_rubric_that_cannot_judge_is_explained_and_kept_in_the_form(desk, editor, field, value, said):
    response = desk.post(editor, typed(newest("general"), **{field: value}, do="save"))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not EventRubric.objects.exists()


def test_points_are_scaled_to_a_hundred_on_request(desk, editor):
    page = desk.post(editor, typed(newest("general"), **{"category-build": "120"}, do="scale"))
    points = [group["points"].value() for group in page.context["form"].groups()]
    assert sum(map(float, points)) == 100
    assert points[0] == "60"
    assert not EventRubric.objects.exists()


@pytest.mark.parametrize("value", ["", "much", "1e300", "NaN"])
def test_points_that_cannot_be_scaled_are_explained(desk, editor, value):
    page = desk.post(editor, typed(newest("general"), **{"category-build": value}, do="scale"))
    assert page.status_code == 422


def test_second_organiser_learns_of_the_first_ones_version(desk, hackathon, editor):
    stale = typed(newest("general"), do="save")
    desk.post(editor, stale)
    assert f"{hackathon.slug}/general@1 was saved meanwhile" in desk.post(editor, stale).content.decode()
    desk.post(editor, typed(rubrics.for_event(hackathon, "general"), do="save"))
    assert [row.version for row in EventRubric.objects.all()] == [2, 1]


def test_every_version_has_a_page_and_a_file_that_judges(client, hackathon, organiser, editor):
    client.force_login(organiser)
    client.post(editor, typed(newest("general"), **{"required-has_tests": "on", "title": "Spring <b>"}, do="save"))
    client.logout()
    for name in ("general@1", "ml@2", f"{hackathon.slug}/general@1"):
        page = client.get(reverse("rubric", args=[name]))
        assert page.status_code == 200
        assert name in page.content.decode()
        assert client.get(reverse("rubric_document", args=[name])).json() == rubrics.named(name).document
    assert "Spring &lt;b&gt;" in page.content.decode()
    assert "required" in page.content.decode()
    assert client.get(reverse("rubric", args=["general@99"])).status_code == 404
    assert client.get(reverse("rubric_list")).status_code == 200


@pytest.fixture
def page(chromium, live_server, client, organiser, cards):
    """A browser's page with the organiser signed in; two projects have scorecards."""
    client.force_login(organiser)
    with chromium.new_context(base_url=live_server.url) as context:
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.problems = []
        page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
        yield page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_editor_fits_and_is_accessible_and_works_by_keyboard(page, editor, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(editor)
    page.get_by_label("Build: points of 100").fill("0")
    page.get_by_label("Engineering practice: points of 100").fill("35")
    build = page.locator("details summary", has_text="Build")
    build.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("group", name="The image is small")).to_be_visible()
    page.get_by_role("button", name="Preview").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    assert page.get_by_label("Engineering practice: points of 100").input_value() == "35"
    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
    for address in (None, editor.rpartition("general")[0], "/rubrics/general@2/", "/checks/image_stays_small/"):
        if address:
            page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), address
        found = Axe().run(page, options=rules)
        assert found.response["violations"] == [], found.generate_report()
    assert page.problems == []


def test_admin_shows_versions_and_lets_nobody_change_them(client, hackathon, editor, organiser):
    client.force_login(organiser)
    client.post(editor, typed(newest("general"), do="save"))
    organiser.is_staff = organiser.is_superuser = True
    organiser.save()
    row = EventRubric.objects.get()
    assert row.name in client.get(reverse("admin:evaluations_eventrubric_changelist")).content.decode()
    one = reverse("admin:evaluations_eventrubric_change", args=[row.pk])
    assert client.get(one).status_code == 200
    assert client.post(one, {"name": "general@2"}).status_code == 403
    assert client.get(reverse("admin:evaluations_eventrubric_add")).status_code == 403
