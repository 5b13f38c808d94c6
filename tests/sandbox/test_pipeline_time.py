"""An evaluation's time is bounded as a whole: what there was no time for is not looked at, and no fault."""

import time

from sandbox.engine import State
from sandbox.engine.fake import FakeEngine, fake_image
from sandbox.limits import Limits
from sandbox.pipeline import Pipeline
from tests.repository import repository

BOOT = {
    "state": "healthy",
    "why": "",
    "port": 8000,
    "health_path": "/health",
    "ready_after_s": 0.5,
    "listening": [{"address": "0.0.0.0", "port": 8000, "loopback": False}],
    "candidates": [],
    "openapi": None,
}


def test_probes_after_the_time_are_left_out(tmp_path):
    dockerfile = 'FROM python:3.12-slim\nCMD ["python", "-m", "http.server"]\n'
    source = repository(tmp_path / "source", {"Dockerfile": dockerfile})

    def boot(_request):
        time.sleep(0.3)
        return BOOT

    name = "python:3.12-slim"
    engine = FakeEngine(images={name: fake_image(name)}, tools={"boot": boot}, states=[State(True)])
    pipeline = Pipeline("key", str(source), engine, tmp_path / "work", limits=Limits(evaluation_s=0.2))
    evidence = pipeline.run()
    assert evidence.fault is None
    assert evidence.healthy
    late = {name for name, seen in evidence.probes.items() if "evaluation_timeout" in str(seen.get("error"))}
    assert {"load", "restart", "strict"} <= late
