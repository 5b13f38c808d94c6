"""Every check of category load, seen to pass and to fail on a repository that runs."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.checks import all_checks, judge
from sandbox.engine.owner import image_name
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline
from sandbox.probes import all_probes
from tests.containers import SHORT_LOAD
from tests.sandbox.sample_repositories import ROOT, committed

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
CHECKS = {check.id: check for check in all_checks().values() if check.category == "load"}
# Somebody else's second on the machine can hide what a service does; not twice.
TRIES = 2


@pytest.mark.parametrize(("name", "outcome"), [("holds-under-load", "pass"), ("buckles-under-load", "fail")])
def test_checks_of_a_load_are_seen_on_a_running_repository(name, outcome, engine, evaluation, tmp_path):
    place = committed(Path(shutil.copytree(ROOT / "tests" / "repos" / name, tmp_path / name)))
    skip = frozenset(probe.id for probe in all_probes() if probe.id not in NEEDED)
    open_ones, findings = set(CHECKS), {}
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
            findings = {check: judge(CHECKS[check], evidence) for check in open_ones}
            open_ones = {check for check, finding in findings.items() if finding.outcome != outcome}
            if not open_ones:
                break
        assert not open_ones, {check: findings[check] for check in open_ones}
    finally:
        engine.remove_image(image_name(evaluation))
