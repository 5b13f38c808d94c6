"""Leases: one winner, fenced writes, a lost lease is noticed."""

import subprocess
import sys
import tempfile
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from evaluations import leases
from evaluations.models import Evaluation, Stage
from sandbox.faults import Cancellation
from tests import factories

pytestmark = pytest.mark.django_db


def test_claim_has_one_winner_and_counts_the_attempt():
    evaluation = factories.evaluation()
    token = leases.claim(evaluation.pk)
    assert token
    assert leases.claim(evaluation.pk) is None
    evaluation.refresh_from_db()
    assert (evaluation.lease, evaluation.attempts) == (token, 1)
    assert evaluation.lease_until > timezone.now()


def test_claim_takes_over_what_ran_out():
    evaluation = factories.evaluation(lease="dead", lease_until=timezone.now() - timedelta(seconds=1), attempts=1)
    token = leases.claim(evaluation.pk)
    evaluation.refresh_from_db()
    assert (evaluation.lease, evaluation.attempts) == (token, 2)


@pytest.mark.parametrize("stage", [Stage.SCORED, Stage.ABORTED, Stage.CANCELLED])
def test_claim_leaves_what_is_over(stage):
    assert leases.claim(factories.evaluation(stage=stage).pk) is None


def test_write_with_the_token_changes_the_row():
    evaluation = factories.evaluation()
    token = leases.claim(evaluation.pk)
    leases.write(evaluation.pk, token, stage=Stage.BUILDING)
    evaluation.refresh_from_db()
    assert evaluation.stage == Stage.BUILDING


def test_write_with_an_old_token_changes_nothing():
    evaluation = factories.evaluation()
    old = leases.claim(evaluation.pk)
    Evaluation.objects.filter(pk=evaluation.pk).update(lease="new")
    with pytest.raises(leases.LeaseLost):
        leases.write(evaluation.pk, old, stage=Stage.SCORED)
    evaluation.refresh_from_db()
    assert (evaluation.stage, evaluation.lease) == (Stage.QUEUED, "new")


def test_renew_moves_the_end_only_for_the_holder():
    evaluation = factories.evaluation()
    token = leases.claim(evaluation.pk)
    Evaluation.objects.filter(pk=evaluation.pk).update(lease_until=timezone.now())
    assert leases.renew(evaluation.pk, token)
    assert not leases.renew(evaluation.pk, "other")
    evaluation.refresh_from_db()
    assert evaluation.lease_until > timezone.now()


def test_release_lets_the_next_attempt_in_at_once():
    evaluation = factories.evaluation()
    leases.release(evaluation.pk, leases.claim(evaluation.pk))
    assert leases.claim(evaluation.pk)


def _killed():
    """A process that has ended, as its temporary files name it."""
    show = "from sandbox.engine.owner import temporary_prefix; print(temporary_prefix('lease'))"
    return subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True).stdout.strip()


def test_lease_of_a_process_that_was_killed_is_let_go_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead, living, taken_over = (factories.evaluation() for _ in range(3))
    tokens = [leases.claim(one.pk) for one in (dead, living, taken_over)]
    killed = _killed()
    (tmp_path / f"{killed}a").write_text(f"{dead.pk} {tokens[0]}")
    (tmp_path / f"{killed}b").write_text(f"{taken_over.pk} another token")
    (tmp_path / f"{killed}c").write_text("no number")
    (tmp_path / f"{killed}d").symlink_to(tmp_path / f"{killed}a")
    with leases.kept(living.pk, tokens[1], Cancellation()):
        assert len([path for path in tmp_path.iterdir() if not path.name.startswith(killed)]) == 1
        assert leases.release_of_the_dead() == 1
    assert [leases.claim(one.pk) is not None for one in (dead, living, taken_over)] == [True, False, False]


def _wait_for(cancellation):
    ends = time.monotonic() + 20
    while not cancellation.requested and time.monotonic() < ends:
        time.sleep(0.05)
    return cancellation.requested


@pytest.mark.django_db(transaction=True)
def test_kept_passes_on_a_wish_to_stop():
    evaluation, cancellation = factories.evaluation(), Cancellation()
    token = leases.claim(evaluation.pk)
    with leases.kept(evaluation.pk, token, cancellation):
        Evaluation.objects.filter(pk=evaluation.pk).update(cancel_requested_at=timezone.now())
        assert _wait_for(cancellation)
    assert cancellation.reason == "cancelled"


@pytest.mark.django_db(transaction=True)
def test_kept_notices_that_somebody_else_has_it(settings):
    settings.LEASE_SECONDS = 3
    evaluation, cancellation = factories.evaluation(), Cancellation()
    token = leases.claim(evaluation.pk)
    with leases.kept(evaluation.pk, token, cancellation):
        Evaluation.objects.filter(pk=evaluation.pk).update(lease="somebody else")
        assert _wait_for(cancellation)
    assert cancellation.reason == leases.LOST


@pytest.mark.django_db(transaction=True)
def test_kept_renews_before_the_lease_runs_out(settings):
    settings.LEASE_SECONDS = 3
    evaluation = factories.evaluation()
    token = leases.claim(evaluation.pk)
    with leases.kept(evaluation.pk, token, Cancellation()):
        time.sleep(4.5)
        assert leases.claim(evaluation.pk) is None
