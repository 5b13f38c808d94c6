"""Every check of monitoring and resilience, seen to pass on a service that does it right and to fail on a wrong one.

The two samples are stacks with a data service each; one evaluation of each answers all the checks.
"""

import shutil

import pytest

from sandbox.checks import all_checks, judge
from sandbox.engine.owner import image_name
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline
from sandbox.probes import all_probes
from tests.sandbox.sample_repositories import ROOT, committed

pytestmark = pytest.mark.docker
CHECKS = (
    "alerts_fire_in_a_fault",
    "alerts_read_its_metrics",
    "answers_while_dependency_hangs",
    "counters_never_fall",
    "counts_errors",
    "counts_requests",
    "dashboards_show_its_metrics",
    "exposes_metrics",
    "finishes_requests_in_flight",
    "has_alert_rules",
    "health_answers_by_contract",
    "histogram_tells_the_truth",
    "keeps_series_bounded",
    "keeps_state_over_restart",
    "logs_are_structured",
    "logs_hold_no_personal_data",
    "measures_latency",
    "metrics_page_is_well_formed",
    "names_missing_settings",
    "names_model_version_in_metrics",
    "notices_lost_dependency",
    "reads_port_from_environment",
    "rejects_bad_input",
    "rejects_what_its_schema_forbids",
    "replicas_answer_alike",
    "reports_failures",
    "restarts_quickly",
    "separates_liveness_from_readiness",
    "shows_lost_dependency",
    "shows_no_debug_pages",
    "shows_requests_in_flight",
    "stays_up_without_dependency",
    "stops_gracefully",
    "survives_restart",
    "traces_requests",
    "unknown_paths_are_404",
    "waits_for_late_dependency",
    "works_without_egress",
)
# What even the one that does everything wrong does right: its library or the language sees to it.
RIGHT_ALL_THE_SAME = {"exposes_metrics", "measures_latency", "survives_restart", "unknown_paths_are_404"}
# Its port is fixed, so that no second copy could run beside it.
NOT_SEEN = {"replicas_answer_alike"}
ASKED = frozenset({"boot", *(probe for name in CHECKS for probe in all_checks()[name].needs)})
LEFT_OUT = frozenset(probe.id for probe in all_probes() if probe.id not in ASKED)


@pytest.fixture
def observe(engine, evaluation, tmp_path):
    """A function: name of a sample -> check id -> its finding, of one evaluation on the real engine."""
    kept = []

    def run(name, skip=LEFT_OUT, changes=()):
        folder = tmp_path / name
        shutil.copytree(ROOT / "tests" / "repos" / name, folder)
        for path, old, new in changes:
            (folder / path).write_text((folder / path).read_text().replace(old, new))
        pipeline = Pipeline(
            key=evaluation,
            source=str(committed(folder)),
            engine=engine,
            workspace=tmp_path / "workspace",
            track="ml",
            limits=Limits(boot_s=30.0),
            skip=skip,
        )
        evidence = pipeline.run()
        kept.extend(pipeline.saved().get("images", {}))
        assert evidence.fault is None
        return {name: judge(all_checks()[name], evidence) for name in CHECKS}

    yield run
    for name in kept:
        engine.remove_image(image_name(evaluation, name))


def test_service_that_is_observed_well_passes_every_check(observe):
    findings = observe("orders-observed")
    assert {name: finding.observed for name, finding in findings.items() if finding.outcome != "pass"} == {}


def test_service_that_nobody_can_see_into_fails_every_check(observe):
    findings = observe("orders-blind")
    passed = {name: finding.observed for name, finding in findings.items() if finding.outcome != "fail"}
    assert set(passed) == RIGHT_ALL_THE_SAME | NOT_SEEN, passed
    assert findings["replicas_answer_alike"].outcome == "not_applicable"


def test_second_copy_that_keeps_its_state_to_itself_is_seen(observe):
    others = frozenset(probe.id for probe in all_probes()) - {"boot", "scenario", "replica"}
    fixed, told = '("0.0.0.0", 8000)', '("0.0.0.0", int(os.environ["PORT"]))'
    findings = observe("orders-blind", others, [("server.py", fixed, told)])
    assert findings["reads_port_from_environment"].outcome == "pass"
    assert findings["replicas_answer_alike"].outcome == "fail"
