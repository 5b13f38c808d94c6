"""An engine that goes away in mid-build, or is not there at all: what stays goes as soon as it answers again."""

import pytest

from sandbox import undertaker
from sandbox.engine import docker
from sandbox.engine.docker import DockerEngine
from sandbox.faults import HostFault
from tests.attacks.left import NONCE, containers, layers, storage, until
from tests.containers import build
from tests.sandbox.test_engine_crash import SDK_DROPS_SOCKETS, between  # noqa: F401 - a fixture

pytestmark = pytest.mark.docker


@pytest.fixture
def cut_in_a_build(lab, between, python_image, evaluation, tmp_path):  # noqa: F811
    """The engine was cut off while a step of the evaluation's build ran; nobody has cleaned up after it."""
    (tmp_path / "context").mkdir()
    text = f'FROM {python_image}\nLABEL {NONCE}="{evaluation}"\nRUN echo there && sleep 600\n'

    def heard(line):
        if line == "there":
            between.shut()

    with DockerEngine(tools=lambda _: lab.tools()) as engine, pytest.raises(HostFault):
        build(engine, evaluation, tmp_path / "context", text, on_line=heard)


def left(engine, key):
    return [*containers(engine, key), *storage(engine, key), *layers(engine, key)]


@SDK_DROPS_SOCKETS
def test_what_an_outage_leaves_goes_when_the_engine_is_back(lab, cut_in_a_build, evaluation):
    def is_clean():
        lab.reap(frozenset(), lambda key: "over" if key == evaluation else "held")
        return not left(lab, evaluation)

    assert left(lab, evaluation)
    # It is held: nobody takes it from whoever works on it.
    assert [line for line in lab.reap(frozenset(), lambda _: "held") if evaluation in line] == []
    assert until(is_clean), left(lab, evaluation)


def test_undertaker_waits_for_an_engine_that_is_away(monkeypatch):
    """It tries again until the engine answers, and stays until nothing was found for long enough."""
    times, away, looks = iter(range(0, 10_000, 5)), iter([True, True, False]), []

    class Engine:
        def __init__(self):
            if next(away, False):
                raise HostFault("engine_unreachable", "The container engine does not answer")

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def reap(self, alive, standing):
            looks.append((standing("cli-1"), standing("other")))
            return ["container assay-cli-1-pause", "2 unused steps of builds"] if len(looks) == 1 else []

    monkeypatch.setattr(docker, "DockerEngine", Engine)
    monkeypatch.setattr(undertaker.time, "monotonic", lambda: next(times))
    monkeypatch.setattr(undertaker.time, "sleep", lambda _: None)
    undertaker.bury("cli-1")
    assert set(looks) == {("over", "held")}
    assert 2 <= len(looks) <= 10
