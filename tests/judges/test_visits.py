"""The judge's writes: one table at a time, stored once, never lost, never to a conflict."""

import os
import subprocess
import sys
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from judges import actions
from judges.models import Conflict, Judge, Score, Version, Visit
from judges.rows import ballots_of, stands_of
from judges.rules import Refused
from tests import factories
from tests.judges.ballots import score

ROOT = Path(__file__).resolve().parents[2]
Reason = Visit.Reason


def taps(judge: Judge, *values: int) -> dict:
    return dict(zip(judge.round.criteria.all(), values, strict=True))


def test_next_visit_asked_twice_is_one_visit(open_expo, judge):
    first = actions.next_visit(judge=judge)
    assert actions.next_visit(judge=judge) == first
    assert Visit.objects.count() == 1
    assert first.lease_until > timezone.now() + timedelta(minutes=11)


def test_judges_are_sent_to_different_tables(open_expo):
    judges = [actions.invite_judge(round_=open_expo, name=name)[0] for name in "abc"]
    assert len({actions.next_visit(judge=judge).project for judge in judges}) == 3


def test_next_visit_is_refused_while_judging_is_not_open(expo, judge):
    with pytest.raises(Refused, match="not open"):
        actions.next_visit(judge=judge)


def test_ballot_handed_in_twice_is_stored_once(open_expo, judge):
    visit = actions.next_visit(judge=judge)
    for values in ((4, 5), (4, 5), (1, 1)):
        actions.submit_ballot(judge=judge, client_id=visit.client_id, scores=taps(judge, *values), note="nice")
    visit.refresh_from_db()
    assert (visit.state, visit.revision, visit.note) == ("submitted", 1, "nice")
    assert sorted(Score.objects.values_list("criterion__name", "value")) == [("Craft", 5), ("Idea", 4)]
    assert Version.objects.count() == 1


@pytest.mark.parametrize("foreign", [True, False])
def test_ballot_for_no_table_of_the_judge_is_refused(open_expo, judge, foreign):
    other, _ = actions.invite_judge(round_=open_expo, name="Bob")
    client_id = actions.next_visit(judge=other).client_id if foreign else uuid.uuid4()
    with pytest.raises(Refused, match="no table of yours"):
        actions.submit_ballot(judge=judge, client_id=client_id, scores=taps(judge, 3, 3))
    assert not Score.objects.exists()


def test_edit_keeps_every_version(open_expo, judge):
    visit = score(judge, 2, 3, note="first")
    actions.edit_ballot(visit=visit, scores=taps(judge, 5, 4), note="second look", revision=1)
    assert list(visit.versions.values_list("number", "scores", "note")) == [
        (1, {"Idea": 2, "Craft": 3}, "first"),
        (2, {"Idea": 5, "Craft": 4}, "second look"),
    ]
    assert [ballot.scores for ballot in ballots_of(open_expo)] == [{"Idea": 5.0, "Craft": 4.0}]


def test_edit_of_what_changed_elsewhere_is_refused(open_expo, judge):
    visit = score(judge, 2, 3)
    actions.edit_ballot(visit=visit, scores=taps(judge, 5, 4), note="", revision=1)
    with pytest.raises(Refused, match="another device"):
        actions.edit_ballot(visit=visit, scores=taps(judge, 1, 1), note="", revision=1)


def test_edit_ends_when_judging_closes_but_a_started_visit_may_finish(open_expo, judge):
    done = score(judge, 2, 3)
    started = actions.next_visit(judge=judge)
    actions.close_round(round_=open_expo)
    judge.refresh_from_db()
    with pytest.raises(Refused, match="closed"):
        actions.edit_ballot(visit=done, scores=taps(judge, 5, 5), note="", revision=1)
    actions.submit_ballot(judge=judge, client_id=started.client_id, scores=taps(judge, 4, 4))
    assert Visit.objects.cast().count() == 2


def test_hand_in_long_after_closing_is_refused(open_expo, judge):
    visit = actions.next_visit(judge=judge)
    actions.close_round(round_=open_expo)
    Visit.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Refused, match="closed"):
        actions.submit_ballot(judge=judge, client_id=visit.client_id, scores=taps(judge, 4, 4))


def test_skip_of_a_busy_table_brings_it_back_later(open_expo, judge):
    first = actions.next_visit(judge=judge)
    actions.skip_visit(judge=judge, client_id=first.client_id, reason=Reason.BUSY)
    actions.skip_visit(judge=judge, client_id=first.client_id, reason=Reason.CONFLICT)
    assert not Conflict.objects.exists()
    second = actions.next_visit(judge=judge)
    assert second.project != first.project
    seen = [score(judge, 3, 3).project for _ in range(3)]
    assert seen[2] == first.project
    assert actions.next_visit(judge=judge) is None


def test_recusing_bars_the_project_for_good(open_expo, judge):
    first = actions.next_visit(judge=judge)
    actions.skip_visit(judge=judge, client_id=first.client_id, reason=Reason.CONFLICT)
    assert Conflict.objects.get().project == first.project
    assert first.project not in [score(judge, 3, 3).project for _ in range(2)]
    assert actions.next_visit(judge=judge) is None


def test_judge_is_never_sent_to_their_own_team(open_expo):
    member = factories.user("mia", email="Mia@example.org")
    own = open_expo.projects.first()
    own.team.memberships.create(user=member)
    judge, _ = actions.invite_judge(round_=open_expo, name="Mia", email="mia@example.org")
    assert own not in [score(judge, 3, 3).project for _ in range(2)]
    assert actions.next_visit(judge=judge) is None


def test_declared_conflicts_of_another_event_are_ignored(open_expo, judge):
    elsewhere = factories.project(team=factories.team(hackathon=factories.hackathon()))
    actions.check_in(judge=judge, conflicts=[elsewhere, open_expo.projects.first()])
    assert [conflict.project for conflict in Conflict.objects.all()] == [open_expo.projects.first()]


def test_absent_team_is_paused_after_three_judges_and_taken_back(open_expo):
    lost = open_expo.projects.get(name="Lamp")
    judges = [actions.invite_judge(round_=open_expo, name=f"Judge {number}")[0] for number in range(4)]
    for judge in judges[:3]:
        while (visit := actions.next_visit(judge=judge)) is not None:
            if visit.project == lost:
                actions.skip_visit(judge=judge, client_id=visit.client_id, reason=Reason.ABSENT)
            else:
                actions.submit_ballot(judge=judge, client_id=visit.client_id, scores=taps(judge, 3, 3))
    assert lost not in [score(judges[3], 3, 3).project for _ in range(2)]
    assert actions.next_visit(judge=judges[3]) is None
    assert actions.clear_absences(round_=open_expo, project=lost) == 3
    assert actions.next_visit(judge=judges[3]).project == lost
    assert actions.next_visit(judge=judges[0]).project == lost


def test_scores_of_a_place_that_ran_out_still_arrive(open_expo, judge):
    """Ann talks so long that Bob is sent to her table; her scores come in after she asked for the next one."""
    late = actions.next_visit(judge=judge)
    Visit.objects.filter(pk=late.pk).update(lease_until=timezone.now() - timedelta(minutes=5))
    bob, _ = actions.invite_judge(round_=open_expo, name="Bob")
    while (visit := actions.next_visit(judge=bob)).project != late.project:
        actions.submit_ballot(judge=bob, client_id=visit.client_id, scores=taps(judge, 3, 3))
    moved = actions.next_visit(judge=judge)
    assert moved.project != late.project
    actions.submit_ballot(judge=judge, client_id=late.client_id, scores=taps(judge, 4, 4))
    assert [ballot.scores["Idea"] for ballot in ballots_of(open_expo) if ballot.judge.endswith(str(judge.pk))] == [4.0]


def test_tables_without_coordinates_stand_in_aisles_of_ten(expo):
    team = factories.team(hackathon=expo.hackathon)
    factories.project(team=team, table_number=12)
    factories.project(team=team, table_number=None)
    by_number = sorted((stand.x, stand.y) for stand in stands_of(list(expo.projects)) if stand.x is not None)
    assert by_number == [(0.0, 0.0), (0.0, 2.0), (0.0, 4.0), (4.0, 2.0)]
    expo.projects.filter(table_number=12).update(table_x=7.5, table_y=1.0)
    assert [(stand.x, stand.y) for stand in stands_of(list(expo.projects)) if stand.x is not None] == [(7.5, 1.0)]


def test_judges_who_ask_at_the_same_moment_get_different_tables(tmp_path):
    """On a database file of its own: the tests' database in memory has no second connection to wait for a lock."""
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'rush.sqlite3'}"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.judges.rush"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    tables = done.stdout.split()
    assert len(tables) == 8
    assert len(set(tables)) == 8
