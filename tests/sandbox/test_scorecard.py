"""The scorecard's arithmetic: weights, bands, caps, provisional, digest."""

import pytest

from sandbox.checks import Judged, all_checks
from sandbox.curve import Curve, curves_of, less_is_better, more_is_better
from sandbox.evidence import Evidence
from sandbox.finding import Finding, failed, inconclusive, not_applicable, not_shown, passed
from sandbox.rubrics import newest
from sandbox.scorecard import category_score, gates_of, grade_of, total

BUILDS = all_checks()["builds_from_clean_clone"]  # build, weight 10
SMALL = all_checks()["image_stays_small"]  # build, weight 2.5
GENERAL = newest("general")
HEALTH = all_checks()["answers_health_path"]  # deploy, weight 7.5


def card(*judged, deployed=True, finished=False, digest="sha256:e"):
    job = {"plan": {"hints": {"job": {}}}, "probes": {"job": {"state": "done"}}} if finished else {}
    evidence = Evidence("general", services=[{"role": "app", "state": "alive"}] if deployed else [], **job)
    gates = gates_of(judged, GENERAL, evidence)
    return total(judged, GENERAL, evidence_digest=digest, gates=gates)


def test_category_score_is_the_weighted_mean_of_the_judged():
    assert category_score([Judged(BUILDS, passed("Yes.")), Judged(SMALL, failed("No."))]) == 80.0


def test_category_score_leaves_out_what_does_not_apply():
    assert category_score([Judged(BUILDS, passed("Yes.")), Judged(SMALL, not_applicable("None."))]) == 100.0
    assert category_score([Judged(SMALL, not_applicable("None."))]) is None


def test_total_weighs_the_categories_that_were_judged():
    made = card(Judged(BUILDS, passed("Yes.")), Judged(HEALTH, failed("No.")))
    # build 20 of 45, deploy 25 of 45
    assert (made.total, made.weakest) == (44.4, "deploy")


def test_total_of_nothing_is_none():
    assert (card().total, card().grade, card().provisional) == (None, "-", False)


def test_total_of_what_never_answered_is_capped():
    assert card(Judged(BUILDS, passed("Yes.")), deployed=False).total == 20.0


def test_job_that_ended_well_shows_nothing_of_serving():
    assert card(Judged(BUILDS, passed("Yes.")), deployed=False, finished=True).total == 70.0


def test_inconclusive_makes_the_card_provisional_and_costs_nothing():
    made = card(Judged(BUILDS, passed("Yes.")), Judged(HEALTH, inconclusive("Host busy.")))
    assert (made.total, made.provisional) == (100.0, True)


def test_what_the_project_did_not_show_leaves_the_card_final():
    made = card(Judged(BUILDS, passed("Yes.")), Judged(HEALTH, not_shown("Declare `health.path` in assay.yaml.")))
    assert (made.total, made.provisional) == (100.0, False)


@pytest.mark.parametrize(("outcome", "cause"), [("inconclusive", ""), ("not_applicable", "host"), ("pass", "project")])
def test_only_an_inconclusive_finding_has_a_cause(outcome, cause):
    with pytest.raises(ValueError, match="cause"):
        Finding(outcome, "So it is.", 1.0 if outcome == "pass" else None, cause=cause)


def test_digest_changes_with_evidence_and_findings_only():
    one = card(Judged(BUILDS, passed("Yes.")))
    assert one.digest == card(Judged(BUILDS, passed("Yes."))).digest
    assert (
        one.digest
        != card(
            Judged(
                BUILDS,
                passed("Yes."),
            ),
            digest="sha256:f",
        ).digest
    )
    assert one.digest != card(Judged(BUILDS, passed("Indeed."))).digest


@pytest.mark.parametrize(
    ("value", "letter"), [(100, "A"), (90, "A"), (89.9, "B"), (65, "C"), (50, "D"), (0, "E"), (None, "-")]
)
def test_grade_has_fixed_bounds(value, letter):
    assert grade_of(value) == letter


def test_curve_meets_its_two_points_and_the_ends():
    assert less_is_better(30, median=30, p10=5) == 0.5
    assert less_is_better(5, median=30, p10=5) == 0.9
    assert more_is_better(200, median=50, p10=200) == 0.9
    assert (less_is_better(0, median=30, p10=5), more_is_better(0, median=50, p10=200)) == (1.0, 0.0)
    with pytest.raises(ValueError, match="p10"):
        less_is_better(1, median=5, p10=30)


def test_curves_of_a_check_are_the_pairs_among_its_thresholds():
    thresholds = {"median_ms": 400, "p10_ms": 100, "least": 3, "median_rps": 50, "p10_rps": 200, "p10_s": 1}
    found = curves_of(thresholds)
    assert found == [Curve("ms", 400, 100), Curve("rps", 50, 200)]
    assert [curve.less for curve in found] == [True, False]
    assert [curve.score(200) for curve in found] == [0.74, 0.9]
    assert [curve.score(0) for curve in found] == [1.0, 0.0]
    for curve, asked in zip(found, (less_is_better, more_is_better), strict=True):
        for value in (1, 33, 400, 9000):
            assert curve.score(value) == asked(value, median=curve.median, p10=curve.p10)


def test_score_moves_at_most_two_points_for_ten_per_cent_of_capacity():
    """The band rule of the load protocol: noise of 10 % decides no place (load weighs 20, capacity 7.5 of 30)."""
    for rate in (20, 50, 100, 200, 400):
        swing = more_is_better(rate * 1.1, median=50, p10=200) - more_is_better(rate / 1.1, median=50, p10=200)
        assert swing * 100 * 0.2 * 7.5 / 30 <= 2
