"""The load lane on a real engine: its cores, what the inspection says of them, and that everything is set back."""

import pytest

from tests.containers import run

pytestmark = pytest.mark.docker


def test_lane_moves_containers_and_sets_them_back(engine, evaluation, limits, python):
    with engine.pod(evaluation, limits) as pod:
        code = "import signal; signal.pause()"
        app, beside = (pod.start(name, python, command=run(code)) for name in ("app", "beside"))
        gauge = pod.aside("gauge", {})
        before = [app.policy.cpuset, beside.policy.cpuset, cores(gauge)]
        with pod.lane(app.id) as lane:
            assert (app.policy.cpuset, beside.policy.cpuset) == (lane.app, lane.rest)
            assert app.differences() == beside.differences() == []
            on_app = pod.aside("gauge", {}, cpuset=lane.app)
            assert cores(on_app) == [int(core) for core in lane.app.split(",") if core] or not lane.split
            assert cores(gauge) != cores(on_app) or not lane.split
            assert app.id in pod.usage()
        assert [app.policy.cpuset, beside.policy.cpuset, cores(gauge)] == before
        assert app.differences() == []


def cores(gauge):
    return gauge.tell({})["cores"]
