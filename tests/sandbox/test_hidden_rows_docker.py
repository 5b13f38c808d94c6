"""Hidden rows on a running service that prints all that it gets: figures come back, and nothing else."""

import json

import pytest

from sandbox.checks import all_checks, judge
from sandbox.engine.owner import image_name
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline
from sandbox.probes import all_probes
from sandbox.training.hidden import hidden_rows
from tests.sandbox.sample_repositories import checkout, committed

pytestmark = pytest.mark.docker
WANTED = {"boot", "scenario", "predict", "logs", "holdout", "hidden_rows"}
AREA = 7119.25  # stands nowhere but in the hidden rows
HIDDEN = "age,rooms,area,km,sold\n" + "".join(f"40,3,{AREA},{number / 10},{number % 2}\n" for number in range(50))


@pytest.fixture
def gossip(tmp_path):
    """The sample that always answers 0.5, which now prints what it gets."""
    folder = checkout("ml-constant-flask", tmp_path)
    text = (folder / "app.py").read_text()
    told = "    print('got', d, flush=True)\n"
    before = "    areas.append("
    assert before in text
    (folder / "app.py").write_text(text.replace(before, told + before))
    return committed(folder)


def test_service_that_prints_its_rows_tells_them_nobody(engine, evaluation, tmp_path, gossip):
    heard = []
    pipeline = Pipeline(
        key=evaluation,
        source=str(gossip),
        engine=engine,
        workspace=tmp_path / "workspace",
        limits=Limits(boot_s=20.0),
        track="ml",
        sink=heard.append,
        skip=frozenset(probe.id for probe in all_probes() if probe.on == "service" and probe.id not in WANTED),
        event={"hidden_rows": "v1"},
        hidden=hidden_rows("v1", HIDDEN.encode(), "sold", "accuracy"),
        settings="version: 1\nml: {target: sold, holdout: {rows: data/houses.csv, metric: accuracy, claimed: 0.98}}\n",
    )
    try:
        evidence = pipeline.run()
    finally:
        for name in pipeline.saved().get("images", {}):
            engine.remove_image(image_name(evaluation, name))
    seen = evidence.probe("hidden_rows")
    assert {name: seen[name] for name in ("asked", "set", "rows", "answered", "reached")} == {
        "asked": True,
        "set": "v1",
        "rows": 50,
        "answered": 50,
        "reached": {"accuracy": 0.5},
    }
    found = judge(all_checks()["reaches_its_reported_figure"], evidence)
    assert found.outcome == "fail"
    assert "on 50 hidden rows of the event, which no team has, the service reaches 0.5" in found.observed
    told = [event.text for event in heard]
    assert any("got {" in text for text in told), "it prints, and rows of its own may be read"
    everything = json.dumps([told, pipeline.saved(), evidence.to_json(), found.to_json()])
    assert str(AREA) not in everything
