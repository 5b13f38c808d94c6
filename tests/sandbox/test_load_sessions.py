"""A real Streamlit page under load: every session runs the script, and one in which it raises is no answer."""

from collections import Counter
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


# Two at a time are served, a third is told so: nobody who looks at an idle page sees it.
CROWDED = """
import time


@st.cache_resource
def visitors():
    return []


visitors().append(1)
time.sleep(0.1)
crowd = len(visitors())
visitors().pop()
if crowd > 2:
    raise RuntimeError("too many visitors")
"""


def test_each_session_of_a_load_runs_the_script_and_fails_where_that_raises(engine, evaluation, tmp_path):
    place = checkout("streamlit-app", tmp_path)
    script = place / "streamlit_app.py"
    script.write_text(script.read_text() + CROWDED)
    pipeline = Pipeline(
        key=evaluation,
        source=str(committed(place)),
        engine=engine,
        workspace=tmp_path / "workspace",
        limits=LIMITS,
        skip=frozenset(probe.id for probe in all_probes() if probe.id not in NEEDED),
    )
    try:
        evidence = pipeline.run()
    finally:
        engine.remove_image(image_name(evaluation))
    load, logs = evidence.probe("load"), evidence.probe("logs")
    assert load is not None, evidence.probes.get("load") or evidence.fault
    assert [load[name] for name in ("unit", "session", "scenario", "shell")] == [
        *("session", "streamlit", "session", False),
    ]
    assert load["rate_rps"] == LIMITS.load_rate_rps / 10
    counted = Counter[str]()
    for step in load["steps"]:
        counted.update(step["statuses"])
    # The script says one line a run. It also ran when it was looked at before and after each step.
    assert 0 < counted["200"] + counted["500"] <= logs["lines"]
    assert 0 < counted["500"] <= logs["traceback_lines"]
    assert counted["500"] <= sum(step["failed"] for step in load["steps"])
    assert counted["200"] > 0
    assert load["contents"]["compared"] > 0
    assert load["contents"]["changed"] == load["changed_under_load"] == 0
    assert "session" in judge(all_checks()["has_capacity"], evidence).observed
