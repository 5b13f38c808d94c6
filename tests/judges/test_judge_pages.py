"""A judge's phone: from the link to the last table, without an account and without JavaScript."""

import re

import pytest
from django.test import Client

from judges import actions
from judges.models import Conflict, Judge, Visit
from tests import factories
from tests.judges.ballots import ballot_data, score, table_of


def text(response) -> str:
    return response.content.decode()


def test_link_opens_a_session_and_leaves_the_address_bar(expo):
    _, token = actions.invite_judge(round_=expo, name="Ann")
    client = Client()
    response = client.get(f"/judge/{token}/")
    assert response.url == "/judge/"
    assert token not in str(client.session.items())
    assert "Welcome, Ann" in text(client.get("/judge/"))


@pytest.mark.parametrize("path", ["/judge/", "/judge/scored/", "/judge/not-a-real-token/"])
def test_stranger_gets_a_page_that_helps(expo, path):
    response = Client().get(path)
    assert response.status_code == 404
    assert "ask the organiser" in text(response)


def test_replaced_or_withdrawn_link_ends_the_session(judge, phone):
    assert phone.get("/judge/").status_code == 200
    actions.withdraw_judge(judge=judge)
    assert phone.get("/judge/").status_code == 404
    actions.readmit_judge(judge=judge)
    assert phone.get("/judge/").status_code == 200
    actions.reissue_link(judge=judge)
    assert phone.get("/judge/").status_code == 404


def test_reading_takes_no_table(open_expo, phone):
    assert "Show my first table" in text(phone.get("/judge/"))
    phone.get("/judge/")
    assert not Visit.objects.exists()


def test_before_opening_the_judge_checks_in_and_waits(expo, judge, phone):
    assert "Judging has not started yet" in text(phone.get("/judge/"))
    waiting = phone.post("/judge/start/", follow=True)
    assert "Not started yet" in text(waiting)
    judge.refresh_from_db()
    assert judge.checked_in_at is not None
    actions.open_round(round_=expo)
    assert "Show my next table" in text(phone.get("/judge/"))


def test_welcome_without_a_rubric_says_so(hackathon):
    round_ = actions.set_up_round(hackathon=hackathon)
    actions.save_rubric(round_=round_, criteria=[])
    _, token = actions.invite_judge(round_=round_, name="Ann")
    client = Client()
    assert "still writing it" in text(client.get(f"/judge/{token}/", follow=True))


def test_ticked_teams_are_never_shown(open_expo, phone):
    known = open_expo.projects.exclude(name="Sled")
    phone.post("/judge/start/", {"conflicts": [project.pk for project in known]})
    assert table_of(phone).project.name == "Sled"
    assert Conflict.objects.count() == 2


def test_conflict_with_an_unknown_project_is_refused(open_expo, phone):
    foreign = factories.project(team=factories.team(hackathon=factories.hackathon()))
    assert phone.post("/judge/start/", {"conflicts": [foreign.pk]}).status_code == 422
    assert not Conflict.objects.exists()


def test_table_comes_first_with_five_buttons_for_each_criterion(open_expo, phone):
    page = text(phone.post("/judge/start/", follow=True))
    visit = Visit.objects.get()
    assert page.index(f'<p class="shout">{visit.project.table_number}</p>') < page.index("Idea")
    assert len(re.findall(r'<input type="radio"[^>]* value="[1-5]"', page)) == 10
    assert 'class="taps"' in page
    assert "0 of 3 done" in page
    assert "script" not in re.sub(r"<head>.*</head>", "", page, flags=re.DOTALL)


def test_one_post_stores_the_scores_and_shows_the_next_table(open_expo, judge, phone):
    phone.post("/judge/start/")
    first = table_of(phone)
    page = text(phone.post("/judge/submit/", ballot_data(first, 4, 2, note="clear demo"), follow=True))
    assert f"Saved: {first.project.name}" in page
    assert "1 of 3 done" in page
    assert table_of(phone).project != first.project
    first.refresh_from_db()
    assert (first.state, first.note) == ("submitted", "clear demo")


def test_double_tap_stores_once_and_stays_calm(open_expo, phone):
    phone.post("/judge/start/")
    first = table_of(phone)
    for _ in range(2):
        assert phone.post("/judge/submit/", ballot_data(first, 4, 2)).status_code == 302
    assert first.versions.count() == 1


def test_missing_number_is_asked_for_with_everything_kept(open_expo, phone):
    phone.post("/judge/start/")
    visit = table_of(phone)
    response = phone.post("/judge/submit/", ballot_data(visit, 4, note="kept words"))
    assert response.status_code == 422
    page = text(response)
    assert "Tap a number for Craft." in page
    assert "kept words" in page
    assert len(re.findall(r'<input type="radio"[^>]* checked', page)) == 1
    assert Visit.objects.get().state == "assigned"


@pytest.mark.parametrize("value", ["0", "6", "five"])
def test_number_off_the_scale_is_refused(open_expo, phone, value):
    phone.post("/judge/start/")
    assert phone.post("/judge/submit/", ballot_data(table_of(phone), 4, value)).status_code == 422


def test_scores_without_a_table_lead_home_with_a_reason(open_expo, phone):
    page = text(phone.post("/judge/submit/", {"client_id": "no uuid"}, follow=True))
    assert "belong to no table of yours" in page


def test_skip_sends_to_another_table(open_expo, phone):
    phone.post("/judge/start/")
    first = table_of(phone)
    phone.post("/judge/skip/", {"client_id": str(first.client_id), "reason": "absent"})
    assert table_of(phone).project != first.project
    first.refresh_from_db()
    assert (first.state, first.reason) == ("skipped", "absent")


def test_skip_with_an_unknown_reason_changes_nothing(open_expo, phone):
    phone.post("/judge/start/")
    first = table_of(phone)
    phone.post("/judge/skip/", {"client_id": str(first.client_id), "reason": "hungry"})
    assert table_of(phone) == first


def test_everything_scored_says_thank_you(open_expo, judge, phone):
    for _ in range(3):
        score(judge, 3, 4)
    actions.check_in(judge=judge)
    assert "All done" in text(phone.get("/judge/"))
    page = text(phone.post("/judge/next/", follow=True))
    assert "no table left for you" in page


def test_asked_number_of_visits_ends_the_round_trip(open_expo, judge, phone):
    actions.change_settings(round_=open_expo, visits_per_judge=1)
    phone.post("/judge/start/")
    page = text(phone.post("/judge/submit/", ballot_data(table_of(phone), 3, 3), follow=True))
    assert "All done" in page
    assert "One more table" in page
    assert table_of(phone) is None
    phone.post("/judge/next/")
    assert table_of(phone) is not None


def test_own_list_is_sorted_and_can_be_changed(open_expo, judge, phone):
    low, high = score(judge, 1, 1), score(judge, 5, 4)
    page = text(phone.get("/judge/scored/"))
    assert page.index(high.project.name) < page.index(low.project.name)
    assert "4.7" in page  # (2 * 5 + 1 * 4) / 3
    response = phone.post(f"/judge/scored/{low.pk}/", ballot_data(low, 3, 2), follow=True)
    assert f"Changed: {low.project.name}" in text(response)
    assert sorted(low.scores.values_list("value", flat=True)) == [2, 3]


def test_own_list_starts_with_a_way_on(open_expo, phone):
    assert "No scores yet" in text(phone.get("/judge/scored/"))


def test_scores_of_another_judge_cannot_be_opened(open_expo, judge, phone):
    other, _ = actions.invite_judge(round_=open_expo, name="Bob")
    assert phone.get(f"/judge/scored/{score(other, 3, 3).pk}/").status_code == 404


def test_machine_result_is_hidden_until_own_scores_are_saved(open_expo, judge, phone):
    report = {"scorecard": {"digest": "sha256:1", "rubric": "general@1", "total": 71.0, "grade": "B", "categories": {}}}
    report["scorecard"]["provisional"] = False
    for project in open_expo.projects:
        evaluation = factories.evaluation(project=project, by=factories.user())
        factories.scorecard(evaluation=evaluation, report=report)
    page = text(phone.post("/judge/start/", follow=True))
    assert "71 of 100" not in page
    assert "Measured" not in page
    visit = table_of(phone)
    phone.post("/judge/submit/", ballot_data(visit, 4, 4))
    assert "71 of 100" in text(phone.get("/judge/scored/"))
    assert "71 of 100" in text(phone.get(f"/judge/scored/{visit.pk}/"))


def test_closed_judging_keeps_the_own_list_readable(open_expo, judge, phone):
    visit = score(judge, 3, 4)
    actions.check_in(judge=judge)
    actions.close_round(round_=open_expo)
    assert "Judging is closed" in text(phone.get("/judge/"))
    assert visit.project.name in text(phone.get("/judge/scored/"))
    assert "stay as they are" in text(phone.get(f"/judge/scored/{visit.pk}/"))
    refused = phone.post(f"/judge/scored/{visit.pk}/", ballot_data(visit, 1, 1), follow=True)
    assert "Judging is closed" in text(refused)
    phone.post("/judge/next/")
    assert table_of(phone) is None


def test_project_names_are_escaped(open_expo, judge, phone):
    for project in open_expo.projects:
        project.name = "<b>bold</b>"
        project.save()
    page = text(phone.post("/judge/start/", follow=True))
    assert "<b>bold</b>" not in page
    assert "&lt;b&gt;bold" in page


def test_judge_pages_are_not_cached(judge, phone):
    assert "no-store" in phone.get("/judge/")["Cache-Control"]
    assert Judge.objects.get().token_sha256 not in text(phone.get("/judge/"))
