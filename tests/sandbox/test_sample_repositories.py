"""The sample repositories through the real pipeline: each ends, is repaired and is judged as its expected.json says.

One run of a sample proves all that is promised of it. A check is seen to pass and to fail by one line in the "findings"
of two samples, whose runs then ask the probes that it needs.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.buildpacks import all_buildpacks
from sandbox.checks import all_checks, judge
from sandbox.engine.owner import image_name
from sandbox.evidence import failure
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline, fault_of
from sandbox.probes import all_probes
from tests.sandbox.sample_repositories import EXAMPLES, SAMPLES, checkout, committed, expected, promised, unlike

pytestmark = pytest.mark.docker
# Long enough for the slow start, short enough for the one that never listens.
LIMITS = Limits(boot_s=20.0, job_s=60.0)
AT_RUN_TIME = {probe.id: probe.on for probe in all_probes() if probe.on in ("service", "app")}
# What the probes of a running service find their way by.
FIRST = {"boot", "scenario", "metrics", "model_calls"}
# An OSV database with one entry, for a package that some of the samples lock.
ADVISORIES = Path(__file__).parent / "advisories"


def asked(name):
    """The probes of a running service or app whose documents the promised findings are read from."""
    needed = {probe for check in promised(name) for probe in all_checks()[check].needs if probe in AT_RUN_TIME}
    served = {probe for probe in needed if AT_RUN_TIME[probe] == "service"} - {"boot"}
    return {"boot"} | needed | (FIRST if served else set())


RUNNABLE = [name for name in SAMPLES if expected(name)["buildpack"] is not None and "run_by" not in expected(name)]


@pytest.fixture
def evaluate(engine, evaluation, tmp_path, monkeypatch):
    """A function: folder -> (the evidence, the fault or None) of a whole evaluation on the real engine."""
    kept = []
    monkeypatch.setenv("ASSAY_ADVISORIES", str(ADVISORIES))

    def run(folder, wanted=frozenset({"boot"}), limits=None, **options):
        pipeline = Pipeline(
            key=evaluation,
            source=str(folder),
            engine=engine,
            workspace=tmp_path / "workspace",
            track="",
            limits=replace(LIMITS, **limits or {}),
            skip=frozenset(AT_RUN_TIME) - wanted,
            **options,
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
def test_repository_ends_and_is_judged_as_it_promises(name, evaluate, tmp_path):
    facts = expected(name)
    options = {key: facts[key] for key in ("limits", "settings", "event") if key in facts}
    evidence, fault = evaluate(checkout(name, tmp_path), asked(name), **options)
    if "stage" in facts:
        assert fault is not None
        assert (fault.owner, fault.stage, fault.id) == ("team", facts["stage"], facts["outcome"])
        assert fault.where == facts.get("where")
        assert fault.fix
        assert len(fault.detail.splitlines()) <= 12
    else:
        assert fault is None
        assert answered(evidence) == (facts["outcome"], facts.get("health_path"))
        assert [note["id"] for note in evidence.plan["repairs"]] == facts.get("repairs", [])
        assert facts.get("openapi") in (None, (evidence.probe("boot") or {}).get("openapi"))
        beside = {row["name"]: row["state"] for row in evidence.services if row["name"] != evidence.plan["name"]}
        assert beside == facts.get("services", {})
        if evidence.kind == "job":
            models, metrics, repeats = left(evidence)
            assert (models, repeats) == (facts["models"], facts["repeats"])
            assert facts["metrics"].items() <= metrics.items()
            assert (evidence.deployed, evidence.finished) == (False, True)
            shuffled = (evidence.probe("job_training") or {}).get("shuffled") or {}
            assert facts.get("shuffled", {}).items() <= shuffled.items()
    assert {probe: failure(seen) for probe, seen in evidence.probes.items() if failure(seen)} == {}
    assert unlike(name, {check: judge(all_checks()[check], evidence) for check in promised(name)}) == {}

    assert all(row["washed"] for row in (evidence.probe("drift") or {}).get("seeds", ()))


@pytest.mark.parametrize("pack", all_buildpacks(), ids=lambda pack: pack.id)
def test_smallest_repository_of_each_buildpack_answers(pack, evaluate, tmp_path):
    folder = tmp_path / "smallest"
    for path, text in pack.sample.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    evidence, fault = evaluate(committed(folder))
    assert fault is None
    assert answered(evidence) == (("done", None) if pack.id == "job" else ("healthy", "/health"))


def test_second_example_is_alive_without_health(evaluate, tmp_path):
    evidence, fault = evaluate(checkout("notes-app", tmp_path))
    assert fault is None
    assert answered(evidence) == ("alive", None)
    assert set(EXAMPLES) == {"churn-api", "guidebook", "notes-app"}
