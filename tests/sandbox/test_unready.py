"""A service that runs and is not ready: its fault says why, and what to write instead."""

import pytest

from sandbox.engine import State
from sandbox.engine.fake import FakeEngine, FakeService, fake_image
from sandbox.limits import Limits
from sandbox.plan import Plan
from sandbox.probes import Target
from sandbox.readiness import unready

UWSGI = b"*** uWSGI is running in multiple interpreter mode ***\ninvalid request block size: 21573 (max 4096)...skip\n"


@pytest.mark.parametrize(
    ("why", "log", "id", "advice"),
    [
        ("answers_nothing", UWSGI, "speaks_uwsgi", "http-socket"),
        ("answers_nothing", b"serving\n", "answers_nothing", "HTTP server"),
        ("answers_errors", UWSGI, "answers_errors", "stack trace"),
    ],
)
def test_port_of_uwsgis_own_protocol_is_told_from_one_that_is_silent(why, log, id, advice):
    service = FakeService("app", "a1", [State(True)], log)
    with FakeEngine().pod("e1", Limits()) as pod:
        target = Target(
            pod=pod,
            service=service,
            image=fake_image("app"),
            plan=Plan("dockerfile", 1, "FROM x\n"),
            limits=Limits(),
            seen={},
            started_at=0.0,
            say=lambda _text, _fraction: None,
        )
        fault = unready(target, service, {"why": why, "listening": [{"address": "0.0.0.0", "port": 5000}]})
    assert fault.id == id
    assert advice in fault.fix
    assert fault.detail.startswith("Listening: 0.0.0.0:5000.")
