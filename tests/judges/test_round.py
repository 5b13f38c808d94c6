"""The organiser's writes, coverage, and what comes out at the end."""

import hashlib

import pytest

from judges import actions
from judges.coverage import coverage_of
from judges.models import Round
from judges.results import for_project, tally_of
from judges.rules import Refused
from tests import factories
from tests.judges.ballots import score, score_all


def test_first_rubric_is_made_once(hackathon):
    first = actions.set_up_round(hackathon=hackathon)
    actions.save_rubric(round_=first, criteria=[{"name": "Only"}])
    assert actions.set_up_round(hackathon=hackathon) == first
    assert [criterion.name for criterion in first.criteria.all()] == ["Only"]


def test_rubric_is_fixed_once_judging_opened(open_expo):
    actions.close_round(round_=open_expo)
    with pytest.raises(Refused, match="stays as it is"):
        actions.save_rubric(round_=open_expo, criteria=[{"name": "Late"}])


def test_round_without_criteria_or_projects_does_not_open(hackathon):
    round_ = Round.objects.create(hackathon=hackathon)
    with pytest.raises(Refused, match="rubric first"):
        actions.open_round(round_=round_)
    actions.save_rubric(round_=round_, criteria=[{"name": "Idea"}])
    with pytest.raises(Refused, match="No team"):
        actions.open_round(round_=round_)


def test_only_the_hash_of_a_link_is_kept(expo):
    judge, token = actions.invite_judge(round_=expo, name="Ann")
    assert len(token) == 43
    assert judge.token_sha256 == hashlib.sha256(token.encode()).hexdigest()
    renewed = actions.reissue_link(judge=judge)
    judge.refresh_from_db()
    assert renewed != token
    assert judge.token_sha256 == hashlib.sha256(renewed.encode()).hexdigest()


def test_same_address_is_not_invited_twice(expo, judge):
    with pytest.raises(Refused, match="invited already"):
        actions.invite_judge(round_=expo, name="Ann again", email="ANN@example.org")


def test_withdrawn_judge_leaves_the_table_and_keeps_the_scores(open_expo, judge):
    score(judge, 3, 3)
    actions.next_visit(judge=judge)
    actions.withdraw_judge(judge=judge)
    assert [visit.state for visit in judge.visits.all()] == ["submitted"]
    assert coverage_of(open_expo).expected == 0


def test_coverage_counts_what_was_scored_and_who_is_there(open_expo, judge):
    done = score(judge, 3, 3).project
    waiting = actions.next_visit(judge=judge).project
    coverage = coverage_of(open_expo)
    state = {row.project: (row.visits, row.on_the_way, row.state) for row in coverage.projects}
    # Ten visits for three projects: the floor is two, so one is not enough yet.
    assert state[done] == (1, 0, "few")
    assert state[waiting] == (0, 1, "none")
    assert (coverage.done, coverage.expected, coverage.floor, coverage.uncovered) == (1, 10, 2, 2)
    assert [(row.judge, row.done) for row in coverage.judges] == [(judge, 1)]


def test_results_follow_the_scores_and_their_weights(open_expo):
    score_all(open_expo, {"Kite": 5, "Lamp": 3, "Sled": 1})
    names = {f"{project.pk:09d}": project.name for project in open_expo.projects}
    assert [names[row["project"]] for row in tally_of(open_expo).ranking] == ["Kite", "Lamp", "Sled"]


def test_result_of_a_project_shows_only_after_publication(open_expo):
    score_all(open_expo, {"Kite": 5, "Lamp": 3, "Sled": 1})
    kite = open_expo.projects.get(name="Kite")
    actions.close_round(round_=open_expo)
    assert for_project(kite) is None
    actions.publish_results(round_=open_expo)
    result = for_project(kite)
    assert (result["rank"], result["of"], result["visits"], result["raw_mean"]) == (1, 3, 3, 5.0)
    assert result["low"] == 1
    assert 4 < result["score"] <= 5
    assert result["criteria"] == [{"name": "Idea", "mean": 5.0}, {"name": "Craft", "mean": 5.0}]
    actions.take_back_results(round_=open_expo)
    assert for_project(kite) is None


def test_project_of_an_event_without_judging_has_no_result(project):
    assert for_project(project) is None


def test_publishing_waits_for_closing_and_for_every_project(open_expo, judge):
    with pytest.raises(Refused, match="Close judging first"):
        actions.publish_results(round_=open_expo)
    actions.close_round(round_=open_expo)
    with pytest.raises(Refused, match="no results"):
        actions.publish_results(round_=open_expo)
    actions.open_round(round_=open_expo)
    judge.refresh_from_db()
    seen = score(judge, 4, 4).project
    actions.close_round(round_=open_expo)
    with pytest.raises(Refused, match="Never judged") as refusal:
        actions.publish_results(round_=open_expo)
    assert seen.name not in str(refusal.value)
    actions.publish_results(round_=open_expo, leave_out=True)
    assert for_project(seen)["of"] == 1
    assert for_project(open_expo.projects.exclude(pk=seen.pk).first()) is None


def test_voided_visit_does_not_count_until_it_is_restored(open_expo, organiser):
    score_all(open_expo, {"Kite": 5, "Lamp": 3, "Sled": 1})
    judge, _ = actions.invite_judge(round_=open_expo, name="Friend")
    visits = [score(judge, 5, 5) for _ in range(3)]
    sled = next(visit for visit in visits if visit.project.name == "Sled")
    actions.void_visit(visit=sled, by=organiser, reason="their cousin")
    views = {row["project"]: row["views"] for row in tally_of(open_expo).ranking}
    assert views[f"{sled.project_id:09d}"] == 3
    sled.refresh_from_db()
    assert (sled.voided_by, sled.reason) == (organiser, "their cousin")
    actions.restore_visit(visit=sled)
    assert {row["views"] for row in tally_of(open_expo).ranking} == {4}


def test_nothing_that_counts_changes_while_results_are_published(open_expo, organiser):
    (judge,) = score_all(open_expo, {"Kite": 5, "Lamp": 3, "Sled": 1}, judges=1)
    visit = judge.visits.first()
    actions.close_round(round_=open_expo)
    actions.publish_results(round_=open_expo)
    visit.judge.round.refresh_from_db()
    for change in (
        lambda: actions.open_round(round_=open_expo),
        lambda: actions.void_visit(visit=visit, by=organiser, reason=""),
        lambda: actions.restore_visit(visit=visit),
    ):
        with pytest.raises(Refused, match="Take them back"):
            change()


def test_scores_of_another_event_do_not_mix(open_expo, judge):
    other = actions.set_up_round(hackathon=factories.hackathon())
    factories.project(team=factories.team(hackathon=other.hackathon))
    score(judge, 3, 3)
    assert tally_of(other).ranking == []
    assert coverage_of(other).done == 0
