"""A real Streamlit page under load: every session of it runs the team's script, and one that raises is no answer."""

from dataclasses import replace

import pytest

from sandbox.checks import all_checks, judge
from sandbox.engine.owner import image_name
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline
from sandbox.probes import all_probes
from tests.containers import SHORT_LOAD
from tests.sandbox.sample_repositories import checkout, committed

pytestmark = [pytest.mark.docker, pytest.mark.alone]
# No overload and no levels: how many sessions a page bears is not what is asked here.
LIMITS = replace(Limits(boot_s=40.0, **SHORT_LOAD), load_users=4, load_open_users=16)
NEEDED = ("boot", "scenario", "load", "logs")


@pytest.fixture
def put_under_load(engine, evaluation, tmp_path):
    def run(folder):
        pipeline = Pipeline(
            key=evaluation,
            source=str(folder),
            engine=engine,
            workspace=tmp_path / "workspace",
            limits=LIMITS,
            skip=frozenset(probe.id for probe in all_probes() if probe.id not in NEEDED),
        )
        return pipeline.run()

    yield run
    engine.remove_image(image_name(evaluation))


def test_each_session_of_a_load_runs_the_script_to_its_end(put_under_load, tmp_path):
    evidence = put_under_load(checkout("streamlit-app", tmp_path))
    load = evidence.probe("load")
    assert load is not None, evidence.probes.get("load") or evidence.fault
    assert (load["unit"], load["session"], load["scenario"], load["shell"]) == (
        "session",
        "streamlit",
        "session",
        False,
    )
    assert load["rate_rps"] == LIMITS.load_rate_rps / 10
    sent, failed = (sum(step[name] for step in load["steps"]) for name in ("sent", "failed"))
    # The script prints one line a run; it also ran when it was looked at before and after each step.
    logs = evidence.probe("logs")
    assert 0 < sent <= logs["lines"]
    assert set(logs["tail"]) == {"showing Mon: 120 bikes"}
    assert failed < sent
    assert load["contents"]["compared"] > 0
    assert load["contents"]["changed"] == load["changed_under_load"] == 0
    finding = judge(all_checks()["has_capacity"], evidence)
    assert "session" in finding.observed


def test_page_whose_script_raises_is_not_spared_its_load(put_under_load, tmp_path):
    place = checkout("streamlit-app", tmp_path)
    (place / "streamlit_app.py").write_text("import streamlit as st\n\nst.title('Bikes')\nst.metric('Bikes', 1 / 0)\n")
    evidence = put_under_load(committed(place))
    assert [row["status"] for row in evidence.probe("scenario")["sessions"]] == [500]
    assert evidence.probe("load")["statuses"].keys() <= {"500", "no answer"}
    for check in ("sustains_standard_rate", "has_capacity", "keeps_p95_under_load"):
        assert judge(all_checks()[check], evidence).outcome == "fail"
