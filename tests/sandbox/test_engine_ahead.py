"""The owner of a namespace that is begun before its pod: taken when it fits, gone when nobody takes it."""

import pytest

from sandbox.engine.owner import EVALUATION
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline
from tests.containers import run
from tests.sandbox.sources import make_repository

pytestmark = pytest.mark.docker


@pytest.fixture
def prepared(lab, evaluation, limits):
    """The id of the container that the engine has made ahead for this test's evaluation."""
    lab.prepare(evaluation, limits)
    lab.prepare(evaluation, limits)  # asked again, it makes no second one
    owner = lab._ahead._begun[evaluation].result()
    assert [one["Id"] for one in containers(lab, evaluation)] == [owner.id]
    return owner.id


def containers(engine, key):
    return engine.api.containers({"label": [f"{EVALUATION}={key}"]})


def test_pod_takes_what_was_begun_before_it(lab, python, evaluation, limits, prepared):
    with lab.pod(evaluation, limits) as pod:
        assert pod.pause == prepared
        service = pod.start("app", python, command=run("import time; time.sleep(30)"))
        assert service.differences() == []
    with lab.pod(evaluation, limits) as second:
        assert second.pause != prepared


def test_pod_that_needs_other_names_makes_its_own(lab, evaluation, limits, prepared):
    with lab.pod(evaluation, limits, hosts=["database"]) as pod:
        assert pod.pause != prepared
        assert [one["Id"] for one in containers(lab, evaluation)] == [pod.pause]


@pytest.mark.parametrize("end", ["give_up", "remove_images"])
def test_nothing_stays_when_no_pod_comes(lab, evaluation, prepared, end):
    getattr(lab, end)(evaluation)
    assert containers(lab, evaluation) == []
    assert prepared


def test_source_with_a_fault_leaves_nothing(lab, evaluation, tmp_path):
    source = make_repository(tmp_path / "source")
    pipeline = Pipeline(evaluation, str(source), lab, tmp_path / "work", ref="nowhere", limits=Limits())
    assert pipeline.run().fault["stage"] == "fetching"
    assert containers(lab, evaluation) == []
