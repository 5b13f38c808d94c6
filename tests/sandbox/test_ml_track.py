"""Each check of the ML track on running repositories: a good one, a leaky one, one without a model, and variants."""

from pathlib import Path

import pytest

from sandbox.checks import judge_all
from sandbox.engine.owner import image_name
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline
from sandbox.probes import all_probes
from tests.sandbox.sample_repositories import SAMPLES, checkout, expected, unlike

pytestmark = pytest.mark.docker
LIMITS = Limits(boot_s=20.0, job_s=60.0)
WANTED = {
    "alerts",
    "bad_rows",
    "boot",
    "drift",
    "errors",
    "holdout",
    "metrics",
    "offline",
    "predict",
    "retraining",
    "rollback",
    "scenario",
    "training",
}


@pytest.fixture
def judged(engine, evaluation, tmp_path):
    """A function: name of a sample -> (check id -> finding, the evidence)."""
    kept = []

    def run(name):
        facts = expected(name)
        wanted = facts.get("probes", WANTED)
        skip = frozenset(probe.id for probe in all_probes() if probe.on == "service" and probe.id not in wanted)
        pipeline = Pipeline(
            key=evaluation,
            source=str(checkout(name, tmp_path)),
            engine=engine,
            workspace=tmp_path / "workspace",
            limits=LIMITS,
            track="ml",
            skip=skip,
            settings=facts.get("settings", ""),
        )
        evidence = pipeline.run()
        kept.extend(pipeline.saved().get("images", {}))
        assert evidence.fault is None
        return {row.check.id: row.finding for row in judge_all(evidence)}, evidence

    yield run
    for name in kept:
        engine.remove_image(image_name(evaluation, name))


@pytest.mark.parametrize("name", [name for name in SAMPLES if expected(name).get("run_by") == Path(__file__).name])
def test_every_check_sees_what_the_repository_does(name, judged):
    found, evidence = judged(name)
    assert unlike(name, found) == {}
    for check, words in expected(name).get("says", {}).items():
        assert words in found[check].observed
    # What was sent is gone again: the last rows of the drift probe are of the old law.
    drift = evidence.probe("drift") or {"seeds": [], "outcome": None}
    assert all(row["washed"] for row in [*drift["seeds"], *([drift["outcome"]] if drift["outcome"] else [])])
