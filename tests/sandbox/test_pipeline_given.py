"""What a pipeline is given beside the repository counts, and what is hidden of it is not saved."""

import json

import pytest

from sandbox.engine.fake import FakeEngine
from sandbox.pipeline import Pipeline
from sandbox.training.hidden import hidden_rows
from tests.sandbox.sample_repositories import committed

ROWS = "size,price\n" + "".join(f"{number},{2 * number}.625\n" for number in range(30))


@pytest.fixture
def repository(tmp_path):
    """Two tables, of which its own manifest names the first."""
    folder = tmp_path / "repository"
    (folder / "ml").mkdir(parents=True)
    (folder / "assay.yaml").write_text("version: 1\nml: {data: ml/first.csv, target: price}\n")
    for name in ("first", "second"):
        (folder / "ml" / f"{name}.csv").write_text("size,price,sold\n1,2,0\n3,4,1\n")
    return committed(folder)


@pytest.mark.parametrize(
    ("told", "data"),
    [
        ("", {"path": "ml/first.csv", "target": "price", "rows": 2}),
        (
            "version: 1\nml: {data: ml/second.csv, target: sold}\n",
            {"path": "ml/second.csv", "target": "sold", "rows": 2},
        ),
        ("version: 1\nroot: ml\nml: {data: second.csv}\n", {"path": "second.csv", "target": "price", "rows": 2}),
    ],
)
def test_settings_count_where_the_source_is_read(repository, tmp_path, told, data):
    pipeline = Pipeline("key", str(repository), FakeEngine(), tmp_path / "work", settings=told)
    pipeline.step("fetching")
    assert pipeline.evidence().probe("ml_source")["data"] == data


def test_hidden_rows_are_in_nothing_that_is_saved_or_printed(repository, tmp_path):
    hidden = hidden_rows("v1", ROWS.encode(), "price", "rmse")
    given = {"event": {"hidden_rows": "v1"}, "hidden": hidden}
    pipeline = Pipeline("key", str(repository), FakeEngine(), tmp_path / "work", **given)
    evidence = pipeline.run()
    assert evidence.source["event"] == {"hidden_rows": "v1"}
    assert ".625" not in json.dumps(pipeline.saved()) + json.dumps(evidence.to_json()) + repr(pipeline)
