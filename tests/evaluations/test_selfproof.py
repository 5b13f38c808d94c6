"""The worker's self-proof: while a line of the sandbox fails nothing is taken and nobody's attempt is used up."""

import json
import os
import subprocess
import sys
import time
from functools import partial
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from evaluations import runner, selfproof
from evaluations.models import Evaluation, Stage
from sandbox.doctor import Line
from sandbox.engine.docker import DockerEngine
from sandbox.faults import Cancellation, HostFault
from tests import factories
from tests.attacks import conftest as attacks
from tests.repository import repository

undefended = attacks.undefended
pretended = SimpleNamespace(runtime="runc", info={"ID": "an engine", "Runtimes": {"runc": {}}})
real = partial(DockerEngine, caches=False)
HOUR_S = 3600


@pytest.fixture(autouse=True)
def proved(settings, tmp_path):
    """Here nothing is."""
    settings.ASSAY_PROOFS = tmp_path / "proofs"
    settings.ASSAY_WORKSPACES = tmp_path / "workspaces"
    settings.ASSAY_ALLOW_LOCAL_SOURCES = True


def kept(text=None, *, age_s=0.0):
    """A proof of the pretended engine as an earlier look has kept it."""
    path = selfproof._path(pretended)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"proved_at": time.time() - age_s}) if text is None else text)


@pytest.mark.parametrize(("age_s", "stands"), [(0, True), (23 * HOUR_S, True), (25 * HOUR_S, False), (-60, False)])
def test_proof_stands_for_a_day(age_s, stands):
    kept(age_s=age_s)
    assert selfproof.stands(pretended) is stands


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"proved_at": "yesterday"}', '{"proved_at": null}'])
def test_file_that_is_no_proof_proves_nothing(text):
    kept(text)
    assert selfproof.stands(pretended) is False


def test_proof_is_of_one_engine_with_one_runtime_and_one_set_of_limits(monkeypatch):
    assert selfproof.stands(pretended) is False
    kept()
    other = pretended.info | {"ID": "another"}
    assert selfproof.stands(pretended)
    assert not selfproof.stands(SimpleNamespace(runtime="runc", info=other))
    assert not selfproof.stands(SimpleNamespace(runtime="runsc", info=pretended.info))
    monkeypatch.setenv("ASSAY_LIMIT_RUN_PIDS", "99999")
    assert not selfproof.stands(pretended)


class Gone:
    """An engine that does not answer."""

    runtime = "runc"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    @property
    def info(self):
        raise HostFault("engine_unreachable", "The container engine does not answer", fix="Start it.")


@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_engine_that_does_not_answer_uses_up_no_attempt(caplog):
    evaluation = factories.evaluation()
    selfproof.look(Gone, Cancellation())
    assert "The container engine does not answer (engine_unreachable)" in caplog.text
    assert "Start it." in caplog.text
    assert not runner.work_on(evaluation.pk, Gone())
    assert_waits(evaluation)


@pytest.mark.redis
@pytest.mark.parametrize(
    ("age_s", "is_busy", "is_made"), [(0, False, False), (13 * HOUR_S, True, False), (13 * HOUR_S, False, True)]
)
@pytest.mark.django_db(transaction=True)
def test_proof_is_renewed_early_only_while_nobody_is_at_work(age_s, is_busy, is_made, monkeypatch):
    made = []
    monkeypatch.setattr(selfproof, "prove", lambda engine, _: made.append(engine) or [])
    kept(age_s=age_s)
    if is_busy:
        factories.evaluation(lease="x", lease_until=timezone.now() + timezone.timedelta(minutes=1))
    selfproof.look(Pretended, Cancellation())
    assert bool(made) is is_made


class Pretended:
    """The pretended engine, to be used in `with`."""

    def __enter__(self):
        return pretended

    def __exit__(self, *_):
        pass


@pytest.mark.redis
def test_two_processes_of_one_machine_do_not_prove_at_once(monkeypatch):
    made = []
    monkeypatch.setattr(selfproof, "prove", lambda engine, _: made.append(engine) or [])
    with selfproof._alone() as alone:
        selfproof.look(Pretended, Cancellation())
    assert alone
    assert made == []


def test_failing_proof_takes_back_what_an_earlier_one_gave(monkeypatch):
    kept()
    monkeypatch.setattr(
        selfproof, "_lines", lambda *_: iter([Line("a", "A", "warn", "x"), Line("b", "B", "fail", "y")])
    )
    assert [line.id for line in selfproof.prove(pretended)] == ["b"]
    assert not selfproof.stands(pretended)


@pytest.mark.docker
@pytest.mark.redis
@pytest.mark.django_db(transaction=True)
def test_missing_line_makes_the_worker_refuse_until_it_is_back(undefended, monkeypatch, caplog, client, tmp_path):
    person = factories.user()
    evaluation = factories.evaluation(source_url=str(nothing_to_run(tmp_path)), by=person)
    client.force_login(person)
    page = reverse("evaluation", args=[evaluation.public_id])
    undefended("HostConfig.PidsLimit", None)
    selfproof.look(real, Cancellation())
    assert "refusing evaluations: Start processes without end (escape_processes): " in caplog.text
    assert "Use a kernel and an engine with the pids controller." in caplog.text
    with real() as engine:
        assert not runner.work_on(evaluation.pk, engine)
    assert_waits(evaluation)
    assert "refuses to run code" in client.get(page).text

    monkeypatch.undo()
    selfproof.look(real, Cancellation())
    assert "refuses to run code" not in client.get(page).text
    with real() as engine:
        assert runner.work_on(evaluation.pk, engine)
    evaluation.refresh_from_db()
    assert (evaluation.stage, evaluation.attempts) == (Stage.SCORED, 1)


def assert_waits(evaluation):
    """As it was: nobody tried, and nobody is blamed."""
    row = Evaluation.objects.get(pk=evaluation.pk)
    assert (row.stage, row.attempts, row.lease, row.fault) == (Stage.QUEUED, 0, "", None)
    assert row.started_at is None


def nothing_to_run(folder):
    """A repository whose evaluation is over soon."""
    return repository(folder / "repository", {"notes.txt": "nothing to run"})


@pytest.mark.redis
def test_process_beside_a_worker_ends_with_it(tmp_path):
    environment = os.environ | {"ASSAY_VAR": str(tmp_path), "DOCKER_HOST": f"unix://{tmp_path}/nobody"}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    command = [sys.executable, "-m", "django", "prove", "--beside-worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        for line in process.stderr:
            if b"refusing evaluations" in line:
                break
        process.stdin.close()
        assert process.wait(60) == 0
