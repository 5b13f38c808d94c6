"""Each check of the ML track on running repositories: a good one, a leaky one, one without a model, and a job."""

import pytest

from sandbox.checks import judge_all
from sandbox.engine.owner import image_name
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline
from sandbox.probes import all_probes
from tests.sandbox.sample_repositories import checkout

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
GOOD = {
    "drift_names_the_column": "pass",
    "drift_sees_another_outcome": "pass",
    "drift_signal_follows_the_data": "pass",
    "health_tells_the_model": "pass",
    "keeps_a_worse_model_back": "pass",
    "keeps_test_data_apart": "pass",
    "learns_from_its_labels": "pass",
    "meets_its_expectations": "pass",
    "model_knows_its_lineage": "pass",
    "monitors_drift": "pass",
    "names_the_bad_column": "pass",
    "predictions_agree": "pass",
    "predictions_depend_on_the_row": "pass",
    "predictions_name_their_model": "pass",
    "reaches_its_reported_figure": "pass",
    "refuses_bad_rows": "pass",
    "reports_slices": "pass",
    "reports_validation_and_test": "pass",
    "rolls_its_model_back": "pass",
    "serves_what_it_predicts_offline": "pass",
    "serves_what_it_retrains": "pass",
    "splits_share_no_rows": "pass",
    "trains_its_model": "pass",
    "trains_the_same_again": "pass",
}
LEAKY = dict.fromkeys(GOOD, "fail") | {
    "predictions_depend_on_the_row": "pass",
    "trains_its_model": "pass",
    "drift_signal_follows_the_data": "not_applicable",
    "drift_names_the_column": "not_applicable",
    "drift_sees_another_outcome": "not_applicable",
    "keeps_a_worse_model_back": "inconclusive",
    "serves_what_it_retrains": "inconclusive",
}
CONSTANT = dict.fromkeys(GOOD, "fail") | {
    "drift_sees_another_outcome": "inconclusive",
    "drift_signal_follows_the_data": "pass",
    "keeps_a_worse_model_back": "inconclusive",
    "meets_its_expectations": "not_applicable",
    "monitors_drift": "pass",
    "predictions_agree": "pass",
    "reaches_its_reported_figure": "inconclusive",
    "rolls_its_model_back": "inconclusive",
    "serves_what_it_predicts_offline": "not_applicable",
    "serves_what_it_retrains": "inconclusive",
    "splits_share_no_rows": "not_applicable",
}
COUNTING = "version: 1\nenv: {DRIFT: counter}\n"
RANGE = "version: 1\nenv: {DRIFT: range}\n"


@pytest.fixture
def judged(engine, evaluation, tmp_path):
    """A function: (folder of a repository, probes to run, settings) -> (check id -> finding, the evidence)."""
    kept = []

    def run(folder, wanted=frozenset(WANTED), settings=""):
        skip = frozenset(probe.id for probe in all_probes() if probe.on == "service" and probe.id not in wanted)
        pipeline = Pipeline(
            key=evaluation,
            source=str(folder),
            engine=engine,
            workspace=tmp_path / "workspace",
            limits=LIMITS,
            track="ml",
            skip=skip,
            settings=settings,
        )
        evidence = pipeline.run()
        kept.extend(pipeline.saved().get("images", {}))
        assert evidence.fault is None
        return {row.check.id: row.finding for row in judge_all(evidence)}, evidence

    yield run
    for name in kept:
        engine.remove_image(image_name(evaluation, name))


@pytest.mark.parametrize(
    ("name", "outcomes"), [("ml-loan-risk", GOOD), ("ml-leaky-flask", LEAKY), ("ml-constant-flask", CONSTANT)]
)
def test_every_check_sees_what_the_repository_does(name, outcomes, judged, tmp_path):
    found, evidence = judged(checkout(name, tmp_path))
    assert {check: found[check].outcome for check in outcomes} == outcomes
    # What was sent is gone again: the last rows of the drift probe are of the old law.
    drift = evidence.probe("drift")
    assert all(row["washed"] for row in [*drift["seeds"], *([drift["outcome"]] if drift["outcome"] else [])])


def test_signal_that_counts_its_own_looks_does_not_follow_the_data(judged, tmp_path):
    found, _ = judged(
        checkout("ml-constant-flask", tmp_path),
        frozenset({"boot", "scenario", "metrics", "predict", "drift"}),
        COUNTING,
    )
    assert found["monitors_drift"].outcome == "pass"
    assert found["drift_signal_follows_the_data"].outcome == "fail"


def test_signal_that_only_knows_ranges_does_not_see_another_outcome(judged, tmp_path):
    wanted = frozenset({"boot", "scenario", "metrics", "predict", "drift"})
    found, _ = judged(checkout("ml-constant-flask", tmp_path), wanted, RANGE)
    assert found["drift_sees_another_outcome"].outcome == "fail"


def test_worse_model_and_one_of_an_old_name_are_seen_and_strange_rows_raise_the_alert(judged, tmp_path):
    found, _ = judged(
        checkout("ml-loan-risk", tmp_path),
        frozenset({"alerts", "boot", "metrics", "predict", "retraining", "scenario", "training"}),
        "version: 1\nenv: {GATE: off, VERSION: 2026-09-14}\n",
    )
    outcomes = {
        "alerts_fire_in_a_fault": "pass",
        "alerts_read_its_metrics": "pass",
        "has_alert_rules": "pass",
        "keeps_a_worse_model_back": "fail",
        "serves_what_it_retrains": "fail",
    }
    assert {check: found[check].outcome for check in outcomes} == outcomes
    assert "ApplicantsHaveChanged in: rows of another law" in found["alerts_fire_in_a_fault"].observed


def test_job_is_asked_of_its_training_and_of_no_service(judged, tmp_path):
    found, evidence = judged(checkout("ml-training-sklearn", tmp_path))
    shuffled = evidence.probe("job_training")["shuffled"]
    assert (shuffled["path"], shuffled["target"], shuffled["dummy"]) == ("data/flowers.csv", "species", 1 / 3)
    outcomes = {
        "keeps_test_data_apart": "pass",
        "learns_from_its_labels": "pass",
        "model_knows_its_lineage": "fail",
        "predictions_agree": "not_applicable",
        "reports_validation_and_test": "pass",
        "trains_the_same_again": "pass",
        "trains_its_model": "not_applicable",
    }
    assert {check: found[check].outcome for check in outcomes} == outcomes
