"""The organiser's pages: set up, links shown once, coverage, results; nothing for strangers."""

import csv
import io

import pytest
from django.test import Client

from judges import actions
from judges.models import Judge, Round, Visit
from judges.tally import rank
from judges.tally.files import read_ballots
from tests import factories
from tests.judges.ballots import score, score_all


def text(response) -> str:
    return response.content.decode()


@pytest.fixture
def base(hackathon) -> str:
    return f"/events/{hackathon.slug}/judging/"


def rubric_data(*rows: tuple[str, str, str], remove: tuple[int, ...] = (), initial: int = 0) -> dict:
    data = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": initial}
    for at, (name, description, weight) in enumerate(rows):
        data |= {f"form-{at}-name": name, f"form-{at}-description": description, f"form-{at}-weight": weight}
    return data | {f"form-{at}-DELETE": "on" for at in remove}


@pytest.mark.parametrize("path", ["", "rubric/", "results/", "ballots.csv"])
def test_pages_are_for_organisers_only(expo, base, path):
    assert Client().get(base + path).url.startswith("/login/")
    stranger = Client()
    stranger.force_login(factories.user())
    assert stranger.get(base + path).status_code == 404


@pytest.mark.parametrize("path", ["set-up/", "settings/", "step/", "judges/"])
def test_strangers_cannot_write(expo, base, path):
    stranger = Client()
    stranger.force_login(factories.user())
    assert stranger.post(base + path, {"step": "open", "name": "Me"}).status_code == 404
    expo.refresh_from_db()
    assert expo.opened_at is None
    assert not Judge.objects.exists()


def test_organiser_of_another_event_cannot_touch_a_judge(expo, judge):
    other = factories.user()
    event = factories.hackathon(organisers=[other])
    actions.set_up_round(hackathon=event)
    client = Client()
    client.force_login(other)
    assert client.post(f"/events/{event.slug}/judging/judges/{judge.pk}/link/").status_code == 404
    assert client.post(f"/events/{event.slug}/judging/judges/{judge.pk}/withdraw/").status_code == 404


def test_judging_is_set_up_with_one_button(desk, hackathon, base):
    assert "Set up judging" in text(desk.get(base))
    page = text(desk.post(base + "set-up/", follow=True))
    assert "Here is a first rubric" in page
    assert Round.objects.get().criteria.count() == 4


def test_rubric_is_edited_in_one_form(desk, expo, base):
    rows = [("Idea", "", "3"), ("Craft", "", "1"), ("Demo", "Does it run?", "0.5"), ("", "", "1")]
    page = text(desk.post(base + "rubric/", rubric_data(*rows, remove=(1,), initial=2), follow=True))
    assert "The rubric is saved." in page
    assert [(c.name, c.weight) for c in expo.criteria.all()] == [("Idea", 3.0), ("Demo", 0.5)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("", "", "1")], "This field is required"),
        ([("Idea", "", "1"), ("idea", "", "2")], "the same name"),
        ([("Idea", "", "0")], "greater than or equal to 0.1"),
        ([("Order", "", "1")], "call the criterion something else"),
    ],
)
def test_rubric_that_cannot_work_is_explained(desk, expo, base, rows, message):
    response = desk.post(base + "rubric/", rubric_data(*rows))
    assert response.status_code == 422
    assert message in text(response)
    assert expo.criteria.count() == 2


def test_rubric_does_not_lose_its_last_criterion(desk, expo, base):
    data = rubric_data(("Idea", "", "2"), ("Craft", "", "1"), remove=(0, 1), initial=2)
    assert "at least one criterion" in text(desk.post(base + "rubric/", data))
    assert expo.criteria.count() == 2


def test_rubric_is_read_only_after_opening(desk, open_expo, base):
    assert "stays as it is" in text(desk.get(base + "rubric/"))
    assert "stays as it is" in text(desk.post(base + "rubric/", rubric_data(("Late", "", "1")), follow=True))


def test_link_is_shown_once_with_its_code_and_works(desk, expo, base):
    response = desk.post(base + "judges/", {"name": "Ann", "email": "ann@example.org", "affiliation": "Acme"})
    link = response.context["link"]
    assert link in text(response)
    assert "<path d=" in text(response)
    assert link.split("/")[-2] not in text(desk.get(base))
    assert "Welcome, Ann" in text(Client().get(link, follow=True))


def test_invitation_that_is_there_already_is_explained(desk, expo, judge, base):
    response = desk.post(base + "judges/", {"name": "Ann", "email": "ann@example.org"})
    assert response.status_code == 422
    assert "new link instead" in text(response)


def test_new_link_replaces_the_old_one(desk, expo, base):
    judge, old = actions.invite_judge(round_=expo, name="Ann")
    response = desk.post(f"{base}judges/{judge.pk}/link/")
    assert Client().get(f"/judge/{old}/").status_code == 404
    assert Client().get(response.context["link"]).status_code == 302


def test_steps_lead_from_opening_to_publication(desk, expo, base):
    assert "Judging is open." in text(desk.post(base + "step/", {"step": "open"}, follow=True))
    score_all(expo, {"Kite": 5, "Lamp": 3, "Sled": 1})
    assert "Close judging to publish" in text(desk.get(base + "results/"))
    assert "Judging is closed." in text(desk.post(base + "step/", {"step": "close"}, follow=True))
    assert "now stand on the scorecards" in text(desk.post(base + "step/", {"step": "publish"}, follow=True))
    assert "hidden again" in text(desk.post(base + "step/", {"step": "take-back"}, follow=True))
    assert desk.post(base + "step/", {"step": "dance"}).status_code == 404


def test_step_that_is_refused_says_why(desk, open_expo, base):
    assert "Close judging first" in text(desk.post(base + "step/", {"step": "publish"}, follow=True))


def test_settings_are_saved_or_explained(desk, expo, base):
    desk.post(base + "settings/", {"visits_per_judge": 7, "slot_minutes": 5, "balanced_only": "on"})
    expo.refresh_from_db()
    assert (expo.visits_per_judge, expo.slot_minutes, expo.balanced_only) == (7, 5, True)
    page = text(desk.post(base + "settings/", {"visits_per_judge": 0, "slot_minutes": 5}, follow=True))
    assert "Visits for each judge: Ensure this value is greater than or equal to 1." in page


def test_coverage_shows_progress_and_paused_teams(desk, open_expo, judge, base):
    done = score(judge, 3, 3)
    kite = open_expo.projects.exclude(pk=done.project_id).first()
    for name in "xyz":
        other, _ = actions.invite_judge(round_=open_expo, name=f"Judge {name}")
        other.visits.create(project=kite, state="skipped", reason="absent")
    page = text(desk.get(base))
    assert "1 of 10 planned visits" not in page  # four judges plan forty
    assert "1 of 40 planned visits scored" in page
    assert "Paused: Judge x, Judge y, Judge z found nobody there." in page
    desk.post(f"{base}projects/{kite.pk}/back/")
    assert "Paused" not in text(desk.get(base))


def test_results_page_is_kind_before_the_first_ballot(desk, open_expo, base):
    assert "No scores yet" in text(desk.get(base + "results/"))


def test_results_show_the_ranking_and_what_deserves_a_look(desk, open_expo, base):
    score_all(open_expo, {"Kite": 5, "Lamp": 3, "Sled": 1})
    factories.project(team=factories.team(hackathon=open_expo.hackathon), name="Late", table_number=4)
    page = text(desk.get(base + "results/"))
    assert page.index("Kite") < page.index("Lamp") < page.index("Sled")
    assert "Never judged:" in page
    assert "Late" in page


def test_visit_is_left_out_and_counted_again(desk, open_expo, base):
    judges = score_all(open_expo, {"Kite": 5, "Lamp": 3, "Sled": 1})
    visit = judges[0].visits.first()
    desk.post(f"{base}visits/{visit.pk}/void/", {"reason": "cousins"})
    page = text(desk.get(base + "results/"))
    assert "cousins" in page
    desk.post(f"{base}visits/{visit.pk}/void/")
    assert "cousins" not in text(desk.get(base + "results/"))
    assert Visit.objects.get(pk=visit.pk).state == "submitted"


def test_ballot_file_is_counted_to_the_same_result(desk, open_expo, organiser, base, tmp_path):
    judges = score_all(open_expo, {"Kite": 5, "Lamp": 4, "Sled": 1})
    actions.void_visit(visit=judges[0].visits.first(), by=organiser, reason="test")
    content = text(desk.get(base + "ballots.csv"))
    assert next(csv.reader(io.StringIO(content))) == ["judge", "project", "Idea", "Craft", "visit", "order", "voided"]
    (tmp_path / "ballots.csv").write_text(content)
    tally = rank(read_ballots(tmp_path / "ballots.csv"))
    public = {project.public_id: project.name for project in open_expo.projects}
    assert [public[row["project"]] for row in tally.ranking] == ["Kite", "Lamp", "Sled"]
    assert sum(row["views"] for row in tally.ranking) == 8
