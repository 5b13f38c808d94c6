"""Advice: levels climb only over finished ones, and the next steps are few, low and worth their time."""

import json
from pathlib import Path

import pytest

from sandbox.advice import gain, level_of, next_steps, weights_of, worth
from sandbox.evidence import Evidence
from sandbox.report import report

STORED = Path(__file__).parent / "evidence"
CARD = {"rubric": "general@2", "weights": {"build": 40, "practice": 60}}


def row(check, level, score, *, category="build", weight=5.0, effort="hours", fix=None):
    outcome = "inconclusive" if score is None else "pass" if score >= 0.5 else "fail"
    return {
        "check": check,
        "level": level,
        "score": score,
        "outcome": outcome,
        "category": category,
        "weight": weight,
        "effort": effort,
        "title": check,
        "observed": "Seen.",
        "fix": fix or f"Mend {check}.",
    }


@pytest.mark.parametrize(
    ("scores", "level"),
    [
        ([], 0),
        ([(1, 0)], 0),
        ([(1, 1), (1, 1), (1, 1), (1, 0)], 1),
        ([(1, 1), (1, 0)], 0),
        ([(1, 1), (2, 1)], 2),
        ([(1, 0), (2, 1), (3, 1)], 0),
        ([(1, 1), (2, 0), (3, 1)], 1),
        ([(1, 1), (3, 1)], 3),
        ([(1, 1), (2, None), (3, 0)], 1),
    ],
)
def test_level_is_the_highest_that_mostly_passes_over_finished_ones(scores, level):
    assert level_of([row(f"c{at}", *one) for at, one in enumerate(scores)]) == level


def test_levels_that_are_reached_are_ordered_with_the_next_one_by_worth():
    rows = [row(f"done{level}{at}", level, 1.0) for level in (1, 2, 3) for at in range(4)]
    left = [row("little", 1, 0.0, weight=2.5, effort="days"), row("much", 3, 0.0, weight=10, effort="minutes")]
    assert level_of([*rows, *left]) == 3
    assert [step["check"] for step in next_steps([*rows, *left], CARD)] == ["much", "little"]


def test_step_has_the_name_of_what_the_others_follow_from():
    first = row("first", 2, 0.0, weight=2.5, fix="Mend it.") | {"because": None}
    after = row("after", 1, 0.0, weight=10, fix="Mend it.") | {"because": "first"}
    (step,) = next_steps([after, first], CARD)
    assert (step["check"], step["gain"]) == (
        "first",
        round(sum(gain([after, first], CARD, one) for one in (first, after)), 1),
    )


def test_steps_come_from_the_lowest_unfinished_level_by_points_for_an_hour():
    rows = [
        row("far", 3, 0.0, weight=10, effort="minutes"),
        row("slow", 1, 0.0, effort="days"),
        row("quick", 1, 0.0, weight=2.5, effort="minutes"),
        row("done", 1, 1.0),
        row("next", 2, 0.0),
        row("unseen", 1, None),
    ]
    assert [step["check"] for step in next_steps(rows, CARD)] == ["quick", "slow", "next"]
    assert [step["check"] for step in next_steps(rows, CARD, most=1)] == ["quick"]


def test_what_has_one_fix_is_one_step():
    rows = [row("a", 1, 0.0, weight=2, fix="Build."), row("b", 1, 0.0, weight=9, fix="Build."), row("c", 2, 0.0)]
    steps = next_steps(rows, CARD)
    assert [step["check"] for step in steps] == ["b", "c"]
    assert steps[0]["gain"] == round(gain(rows, CARD, rows[0]) + gain(rows, CARD, rows[1]), 1)


def test_what_weighs_nothing_is_no_step():
    assert next_steps([row("declared", 1, 0.0, weight=0.0), row("other", 1, 1.0)], CARD) == []
    assert next_steps([row("elsewhere", 1, 0.0, category="load")], CARD) == []


def test_gain_shares_the_categorys_points_among_its_judged_checks():
    rows = [row("a", 1, 0.5, weight=5), row("b", 1, 1.0, weight=15), row("c", 1, 1.0, category="practice")]
    assert gain(rows, CARD, rows[0]) == 5.0
    assert worth(rows, CARD, rows[0] | {"effort": "minutes"}) == 10.0


def test_older_cards_are_weighed_by_the_rubric_that_they_name():
    assert weights_of({"rubric": "general@1"})["deploy"] == 25
    assert weights_of({"rubric": "forgotten@9"}) == {}
    old = {"check": "a", "category": "build", "score": 0.0, "outcome": "fail", "weight": 5.0, "fix": "F."}
    assert gain([old], {"rubric": "general@1"}, old) == 100.0
    assert level_of([old]) == 0


@pytest.mark.parametrize("path", sorted(STORED.glob("*.json")), ids=lambda path: path.stem)
def test_report_names_at_most_three_steps_that_gain_something(path):
    document = report(Evidence.from_json(json.loads(path.read_text())))
    steps = document["next_steps"]
    assert 1 <= len(steps) <= 3
    assert all(step["gain"] > 0 and step["fix"] for step in steps)
    due = [max(step["level"], level_of(document["findings"]) + 1) for step in steps]
    assert due == sorted(due)


def test_first_step_of_what_never_started_is_to_start_it():
    document = report(Evidence.from_json(json.loads((STORED / "crashes-at-start.json").read_text())))
    assert document["scorecard"]["level"] == 0
    assert document["next_steps"][0]["fix"] == document["fault"]["fix"]
