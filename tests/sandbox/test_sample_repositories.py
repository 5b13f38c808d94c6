"""The sample repositories through the real pipeline: fetched, built, started and repaired as each one promises."""

from dataclasses import replace

import pytest

from sandbox.buildpacks import all_buildpacks
from sandbox.engine.owner import image_name
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline, fault_of
from sandbox.probes import all_probes
from tests.sandbox.sample_repositories import EXAMPLES, REPOSITORIES, checkout, committed, expected

pytestmark = pytest.mark.docker
# Long enough for the slow start, short enough for the one that never listens.
LIMITS = Limits(boot_s=20.0)
RUNNABLE = [name for name in REPOSITORIES if expected(name)["buildpack"] is not None]
BEYOND_BOOT = frozenset(probe.id for probe in all_probes() if probe.on in ("service", "app") and probe.id != "boot")


@pytest.fixture
def evaluate(engine, evaluation, tmp_path):
    """A function: folder -> (the evidence, the fault or None) of a whole evaluation on the real engine."""
    kept = []

    def run(folder, **limits):
        pipeline = Pipeline(
            key=evaluation,
            source=str(folder),
            engine=engine,
            workspace=tmp_path / "workspace",
            limits=replace(LIMITS, **limits),
            skip=BEYOND_BOOT,
        )
        evidence = pipeline.run()
        kept.extend(pipeline.saved().get("images", {}))
        return evidence, fault_of(evidence)

    yield run
    for name in kept:
        engine.remove_image(image_name(evaluation, name))


def answered(evidence):
    """(state, health path) of the app; a job has no such path."""
    seen = evidence.probe("boot" if evidence.kind == "service" else "job")
    return seen["state"], seen.get("health_path")


def left(evidence):
    """What a job left: its models, the source of each metric, and whether a second run reports the same."""
    job = evidence.probe("job")
    models = [row["path"] for row in job["artefacts"] if row["kind"] == "model"]
    return models, {row["name"]: row["source"] for row in job["metrics"]}, job["repeat"].get("same")


@pytest.mark.parametrize("name", RUNNABLE)
def test_repository_ends_as_it_promises(name, evaluate, tmp_path):
    promised = expected(name)
    evidence, fault = evaluate(checkout(name, tmp_path), **promised.get("limits", {}))
    if "stage" in promised:
        assert fault is not None
        assert (fault.owner, fault.stage, fault.id) == ("team", promised["stage"], promised["outcome"])
        assert fault.where == promised.get("where")
        assert fault.fix
        assert len(fault.detail.splitlines()) <= 12
    else:
        assert fault is None
        assert answered(evidence) == (promised["outcome"], promised.get("health_path"))
        assert [note["id"] for note in evidence.plan["repairs"]] == promised.get("repairs", [])
        beside = {row["name"]: row["state"] for row in evidence.services if row["name"] != evidence.plan["name"]}
        assert beside == promised.get("services", {})
        if evidence.kind == "job":
            models, metrics, repeats = left(evidence)
            assert (models, repeats) == (promised["models"], promised["repeats"])
            assert promised["metrics"].items() <= metrics.items()
            assert (evidence.deployed, evidence.finished) == (False, True)


@pytest.mark.parametrize("pack", all_buildpacks(), ids=lambda pack: pack.id)
def test_smallest_repository_of_each_buildpack_answers(pack, evaluate, tmp_path):
    folder = tmp_path / "smallest"
    for path, text in pack.sample.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    evidence, fault = evaluate(committed(folder))
    assert fault is None
    assert answered(evidence) == (("done", None) if pack.id == "job" else ("healthy", "/health"))


def test_example_of_make_up_is_healthy(evaluate, tmp_path):
    evidence, fault = evaluate(checkout("churn-api", tmp_path))
    assert fault is None
    assert answered(evidence) == ("healthy", "/health")
    assert evidence.probe("boot")["openapi"] == "/openapi.json"


def test_second_example_is_alive_without_health(evaluate, tmp_path):
    evidence, fault = evaluate(checkout("notes-app", tmp_path))
    assert fault is None
    assert answered(evidence) == ("alive", None)
    assert set(EXAMPLES) == {"churn-api", "guidebook", "notes-app"}
