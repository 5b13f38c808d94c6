"""How good predictions are by the figure that a team reports, which figure that is, and what retraining changes."""

import pytest

from sandbox.prediction.quality import measured, noise
from sandbox.prediction.rows import extreme
from sandbox.training.claims import claim_of, claims_in
from sandbox.training.serving import Said
from sandbox.tree import Tree


@pytest.mark.parametrize(
    ("kind", "predictions", "truth", "value"),
    [
        ("accuracy", [0.9, 0.2, 0.6, 0.1], ["1", "0", "0", "0"], 0.75),
        ("accuracy", [True, False, False], ["1", "0", "1"], 2 / 3),
        ("accuracy", ["setosa", "virginica"], ["Setosa", "versicolor"], 0.5),
        ("accuracy", [2, 1, 3], ["2", "1.0", "1"], 2 / 3),
        ("accuracy", [0.7, 0.2], ["yes", "no"], 1.0),
        ("accuracy", [0.7, 0.2, 0.4], ["a", "b", "c"], None),
        ("accuracy", [0.7, None], ["1", "0"], None),
        ("auc", [0.9, 0.2, 0.6, 0.1], ["1", "0", "1", "0"], 1.0),
        ("auc", [0.5, 0.5, 0.5], ["1", "0", "1"], 0.5),
        ("auc", [1, 0, 1], ["1", "0", "1"], None),
        ("auc", [0.1, 0.9], ["yes", "no"], 0.0),
        ("r2", [1.0, 2.0, 3.0], ["1", "2", "3"], 1.0),
        ("r2", [2.0, 2.0], ["2", "2"], None),
        ("rmse", [1.0, 5.0], ["4", "1"], 12.5**0.5),
        ("mae", [1.0, 5.0], ["4", "1"], 3.5),
        ("mae", ["high", 5.0], ["4", "1"], None),
    ],
)
def test_figure_is_computed_from_answers(kind, predictions, truth, value):
    found = measured(kind, predictions, truth)
    assert found is None if value is None else found == pytest.approx(value)


def test_few_rows_are_noisy_and_an_error_has_a_share_of_its_own():
    assert noise("accuracy", 0.9, 50) > 2 * noise("accuracy", 0.9, 450) > 0
    assert noise("rmse", 0.9, 50) == 0.0


def test_reported_figure_is_the_declared_one_else_that_of_held_out_rows():
    repository = claims_in(
        Tree.of(
            {
                "metrics.json": '{"train": {"accuracy": 0.99}, "test": {"accuracy": 91.5, "loss": 0.4}}',
                "package-metrics.json": '{"accuracy": 1}',
                "settings.json": '{"accuracy": 0.1}',
            }
        )
    )
    found = claim_of({}, repository)
    assert found == {"kind": "accuracy", "name": "test.accuracy", "value": 0.915, "source": "metrics.json"}
    assert claim_of({"metric": "auc", "claimed": 0.8}, repository)["value"] == 0.8
    assert claim_of({"metric": "auc"}, repository) is None
    assert claim_of({}, [], [{"name": "val_rmse", "value": 2.0, "source": "log"}])["kind"] == "rmse"
    assert claim_of({}, [{"name": "test_loss", "value": 2.0, "source": "log"}]) is None


def test_rows_of_another_outcome_have_high_predictions_or_the_rarest_class():
    rows = [{"n": number} for number in range(10)]
    assert extreme([(number / 10, row) for number, row in enumerate(rows)]) == [{"n": 9}, {"n": 8}]
    assert extreme([("a" if number else "b", row) for number, row in enumerate(rows)]) == [{"n": 0}]
    assert extreme([(0.5, row) for row in rows]) == []


def test_predictions_that_differ_are_counted_where_both_answer():
    assert Said((0.5, 0.25, None), "1").differing(Said((0.5, 0.75, 1.0), "2")) == 1
