"""The AI track on real applications: each check passes on the careful assistant and fails on the careless one."""

from pathlib import Path

import pytest

from sandbox.checks import judge_all
from sandbox.engine.owner import image_name
from sandbox.evidence import failure
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline
from sandbox.probes import all_probes
from tests.sandbox.sample_repositories import SAMPLES, checkout, expected, promised, unlike

pytestmark = pytest.mark.docker
LIMITS = Limits(boot_s=30.0)
NEEDED = ("boot", "scenario", "metrics", "model_calls")
BESIDE = frozenset(probe.id for probe in all_probes() if probe.id not in NEEDED and not probe.id.startswith("ai_"))


@pytest.fixture
def findings(engine, evaluation, tmp_path):
    """A function: name of a sample -> the findings of the AI track's own checks, by check."""
    kept = []

    def run(name):
        pipeline = Pipeline(
            key=evaluation,
            source=str(checkout(name, tmp_path)),
            engine=engine,
            workspace=tmp_path / "workspace",
            limits=LIMITS,
            track="ai",
            skip=BESIDE,
        )
        evidence = pipeline.run()
        kept.extend(pipeline.saved().get("images", {}))
        assert evidence.fault is None
        errors = {name: failure(seen) for name, seen in evidence.probes.items() if failure(seen)}
        assert errors == {}
        rows = judge_all(evidence)
        return {row.check.id: row.finding for row in rows if any(one.startswith("ai_") for one in row.check.needs)}

    yield run
    for name in kept:
        engine.remove_image(image_name(evaluation, name))


@pytest.mark.parametrize("name", [name for name in SAMPLES if expected(name).get("run_by") == Path(__file__).name])
def test_assistant_is_judged_as_its_sample_promises(name, findings):
    found = findings(name)
    assert set(found) == set(promised(name))
    assert unlike(name, found) == {}
    assert all(one.observed for one in found.values())
