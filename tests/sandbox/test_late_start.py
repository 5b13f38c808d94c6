"""A service whose database comes late: whether it waited, gave up at once, or gave up while the database came."""

import pytest

from sandbox.checks import all_checks, judge
from sandbox.engine import State
from sandbox.engine.fake import FakeEngine, FakeService, fake_image
from sandbox.evidence import Evidence
from sandbox.limits import Limits
from sandbox.plan import Companion, Plan
from sandbox.probes import Target
from sandbox.probes.late_start import gather

UP, ENDED = State(True), State(False, 1)
ANSWERED = {
    "state": "healthy",
    "why": "",
    "port": 8000,
    "health_path": "/health",
    "ready_after_s": 1.0,
    "listening": [],
}
SILENT = ANSWERED | {"state": "failed", "why": "never_listens", "port": None}
STORE = Companion("db", "data", "FROM postgres:15\n", ports=(5432,), room=1)


def seen(states, later):
    """What the probe sees of an app in these states, one after the other, then in the last; the calls of the engine."""
    plan = Plan("compose", 1, "FROM x\n", companions=(STORE,))
    app = FakeService("app", "a1", list(states))

    def boot(_request):
        app.states = [later]
        return ANSWERED if later.running else SILENT

    engine = FakeEngine(tools={"ports": {"port": 5432, "listening": []}, "boot": boot})
    store = FakeService("db", "d1", [UP, ENDED, UP])
    with engine.pod("e1", Limits()) as pod:
        target = Target(
            pod=pod,
            service=app,
            image=fake_image("app"),
            plan=plan,
            limits=Limits(),
            seen={"boot": ANSWERED},
            started_at=0.0,
            say=lambda _text, _fraction: None,
            companions={"db": store},
        )
        return gather(target), engine.calls


@pytest.mark.parametrize(
    ("states", "later", "exit_code", "outcome"),
    [
        ([UP, UP, UP], UP, None, "pass"),
        ([UP, UP, ENDED], UP, 1, "fail"),
        ([UP, UP, UP], ENDED, 1, "fail"),
    ],
    ids=["waits", "gives-up-at-once", "gives-up-a-little-later"],
)
def test_service_that_gave_up_is_told_with_its_exit_code_whenever_it_did(states, later, exit_code, outcome):
    document, calls = seen(states, later)
    assert (document["exited"], document["exit_code"]) == (exit_code is not None, exit_code)
    finding = judge(all_checks()["waits_for_late_dependency"], Evidence("general", probes={"late_start": document}))
    assert finding.outcome == outcome
    assert ("ended with exit code 1" in finding.observed) is (exit_code is not None)
    assert "tool ports room 1" in calls
