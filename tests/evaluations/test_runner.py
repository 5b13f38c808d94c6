"""The runner's decisions on real rows with a pretended engine: whose fault it is, and when it is tried again."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from evaluations import leases, recovery, runner
from evaluations.models import Evaluation, Stage
from sandbox.engine.fake import FakeEngine
from sandbox.faults import HostFault
from tests import factories
from tests.repository import commit, repository

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.redis]


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.ASSAY_WORKSPACES = tmp_path / "workspaces"
    settings.ASSAY_ALLOW_LOCAL_SOURCES = True


@pytest.fixture(name="repository")
def empty(tmp_path):
    """A repository in which nothing can be run: a fault of the team before any engine is needed."""
    return repository(tmp_path / "repository", {"notes.txt": "nothing to run"})


class Broken(FakeEngine):
    """An engine that is gone."""

    def describe(self, limits):
        raise HostFault("engine_unreachable", "The container engine does not answer", fix="Start it.")


def test_teams_fault_is_scored_with_its_evidence(repository):
    evaluation = factories.evaluation(source_url=str(repository))
    assert runner.work_on(evaluation.pk, FakeEngine())
    evaluation.refresh_from_db()
    assert (evaluation.stage, evaluation.fault["owner"], evaluation.fault["id"]) == (
        Stage.SCORED,
        "team",
        "nothing_runnable",
    )
    assert evaluation.scorecard.report["source"]["commit"]
    assert evaluation.scorecard.total <= 20
    assert evaluation.evidence.digest == evaluation.scorecard.report["evidence_digest"]
    assert evaluation.findings.count() == len(evaluation.scorecard.report["findings"])
    assert (evaluation.lease, evaluation.lease_until) == ("", None)


def test_our_fault_is_tried_three_times_and_never_scored(repository):
    evaluation = factories.evaluation(source_url=str(repository))
    for attempt in (1, 2, 3):
        assert runner.work_on(evaluation.pk, Broken())
        evaluation.refresh_from_db()
        assert evaluation.attempts == attempt
        assert evaluation.is_live == (attempt < 3)
    assert (evaluation.stage, evaluation.fault["owner"]) == (Stage.ABORTED, "host")
    assert not hasattr(evaluation, "scorecard")
    assert not runner.work_on(evaluation.pk, Broken())


def test_worker_that_dies_three_times_ends_the_evaluation(repository):
    evaluation = factories.evaluation(source_url=str(repository), attempts=3)
    assert runner.work_on(evaluation.pk, FakeEngine())
    evaluation.refresh_from_db()
    assert (evaluation.stage, evaluation.fault["id"]) == (Stage.ABORTED, "worker_lost")


def test_second_worker_finds_nothing_to_claim(repository):
    evaluation = factories.evaluation(source_url=str(repository))
    leases.claim(evaluation.pk)
    assert not runner.work_on(evaluation.pk, FakeEngine())


def test_lost_lease_writes_nothing(repository, monkeypatch):
    evaluation = factories.evaluation(source_url=str(repository))
    stolen = []

    def steal(*_, **__):
        stolen.append(Evaluation.objects.filter(pk=evaluation.pk).update(lease="somebody else"))

    monkeypatch.setattr(runner, "_freeze_commit", steal)
    assert runner.work_on(evaluation.pk, FakeEngine())
    evaluation.refresh_from_db()
    assert stolen == [1]
    assert (evaluation.lease, evaluation.stage) == ("somebody else", Stage.FETCHING)
    assert not hasattr(evaluation, "scorecard")


class Slow(FakeEngine):
    """Takes long enough to start for the lease's thread to see that somebody asked to stop."""

    def describe(self, limits):
        time.sleep(2.5)
        return super().describe(limits)


def test_cancelled_evaluation_keeps_no_scorecard(repository):
    (repository / "Dockerfile").write_text('FROM python:3.12-slim\nCMD ["python"]\n')
    commit(repository)
    evaluation = factories.evaluation(source_url=str(repository), cancel_requested_at=timezone.now())
    assert runner.work_on(evaluation.pk, Slow())
    evaluation.refresh_from_db()
    assert evaluation.stage == Stage.CANCELLED
    assert not hasattr(evaluation, "scorecard")


def test_news_are_numbered_without_gaps_over_two_attempts(repository):
    evaluation = factories.evaluation(source_url=str(repository))
    runner.work_on(evaluation.pk, Broken())
    first = list(evaluation.lines.values_list("seq", flat=True))
    runner.work_on(evaluation.pk, FakeEngine())
    both = list(evaluation.lines.values_list("seq", flat=True))
    assert both[: len(first)] == first
    assert both == sorted(set(both))
    assert len(both) > len(first)


def test_reap_keeps_what_is_held_and_removes_the_rest(settings):
    held = factories.evaluation(lease="x", lease_until=timezone.now() + timedelta(minutes=1))
    over = factories.evaluation(stage=Stage.SCORED)
    for one in (held, over):
        (settings.ASSAY_WORKSPACES / one.public_id).mkdir(parents=True)
    removed = recovery.reap(FakeEngine())
    assert f"workspace {over.public_id}" in removed
    assert [path.name for path in settings.ASSAY_WORKSPACES.iterdir()] == [held.public_id]
