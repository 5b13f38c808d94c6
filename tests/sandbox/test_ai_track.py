"""The AI track on real applications: each check passes on the careful assistant and fails on the careless one."""

import shutil

import pytest

from sandbox.checks import judge_all
from sandbox.engine.owner import image_name
from sandbox.evidence import failure
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline
from sandbox.probes import all_probes
from tests.sandbox.sample_repositories import EXAMPLES, ROOT, committed

pytestmark = pytest.mark.docker
LIMITS = Limits(boot_s=30.0)
NEEDED = ("boot", "scenario", "metrics", "model_calls")
BESIDE = frozenset(probe.id for probe in all_probes() if probe.id not in NEEDED and not probe.id.startswith("ai_"))
# What the careless one does well enough.
NOT_WRONG = {"calls_models": "pass"}


@pytest.fixture
def findings(engine, evaluation, tmp_path):
    """A function: name of a sample -> the findings of the AI track's own checks, by check."""
    kept = []

    def run(name):
        folder = tmp_path / name
        shutil.copytree(EXAMPLES.get(name) or ROOT / "tests" / "repos" / name, folder)
        pipeline = Pipeline(
            key=evaluation,
            source=str(committed(folder)),
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


def test_careful_assistant_passes_every_check_of_its_track(findings):
    found = findings("guidebook")
    assert len(found) >= 20
    assert {name: (one.outcome, one.score, one.observed) for name, one in found.items() if one.score != 1.0} == {}


def test_careless_assistant_fails_every_check_of_its_track(findings):
    found = findings("ai-careless-assistant")
    wrong = {
        name: (one.outcome, one.observed) for name, one in found.items() if one.outcome != NOT_WRONG.get(name, "fail")
    }
    assert wrong == {}
    assert all(one.observed for one in found.values())
