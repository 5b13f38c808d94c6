"""Every check of category load, seen to pass and to fail on a repository that runs."""

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.checks import all_checks, judge
from sandbox.engine.owner import image_name
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline
from sandbox.probes import all_probes
from tests.containers import SHORT_LOAD
from tests.sandbox.sample_repositories import SAMPLES, checkout, expected, promised, unlike

pytestmark = [pytest.mark.docker, pytest.mark.alone]
# Long enough for a slope of the memory and for a queue to grow; the gate is open, and the objective lets our own
# generator be late: what these services do is in their code, not in how fast the machine is.
LIMITS = replace(
    Limits(boot_s=20.0, **SHORT_LOAD),
    load_closed_s=2.0,
    load_overload_s=2.0,
    load_recovery_s=3.0,
    load_soak_s=6.0,
    load_slo_ms=2_000.0,
    # Not used up from the beginning: both numbers of users are tried.
    load_gate_s=5.0,
)
NEEDED = ("boot", "scenario", "load", "memory")
# Somebody else's second on the machine can hide what a service does; not twice.
TRIES = 2


@pytest.mark.parametrize("name", [name for name in SAMPLES if expected(name).get("run_by") == Path(__file__).name])
def test_checks_of_a_load_are_seen_on_a_running_repository(name, engine, evaluation, tmp_path):
    place = checkout(name, tmp_path)
    skip = frozenset(probe.id for probe in all_probes() if probe.id not in NEEDED)
    checks, findings, open_ones = all_checks(), {}, dict.fromkeys(promised(name))
    try:
        for number in range(TRIES):
            pipeline = Pipeline(
                key=evaluation,
                source=str(place),
                engine=engine,
                workspace=tmp_path / f"workspace-{number}",
                limits=LIMITS,
                skip=skip,
            )
            evidence = pipeline.run()
            load = evidence.probe("load")
            assert load is not None, evidence.probes.get("load") or evidence.fault
            assert load["scenario"] == "manifest"
            assert load["placement"]["split"] is (len(engine.cores) > 1)
            findings |= {check: judge(checks[check], evidence) for check in open_ones}
            open_ones = unlike(name, findings)
            if not open_ones:
                break
        assert open_ones == {}
    finally:
        engine.remove_image(image_name(evaluation))
