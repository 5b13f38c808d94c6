"""What is left when the process or the engine goes away in the middle, and that it is cleaned up or named rightly."""

import gc
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from sandbox.engine.buildgroup import PREFIX
from sandbox.engine.buildsteps import build_steps
from sandbox.engine.cgroup import ROOT
from sandbox.engine.docker import DockerEngine
from sandbox.engine.owner import EVALUATION
from sandbox.faults import HostFault
from tests.containers import build, left_over, run

pytestmark = pytest.mark.docker

CHECKOUT = Path(__file__).parents[2]
IN_A_POD = """
import sys, time
from sandbox.engine.docker import DockerEngine
from sandbox.limits import Limits
image, key = sys.argv[1:]
engine = DockerEngine(tools=lambda engine: engine.image(image))
with engine.pod(key, Limits()) as pod:
    pod.start("app", engine.image(image), command=["sleep", "600"])
    print("there", flush=True)
    time.sleep(600)
"""
IN_A_BUILD = """
import pathlib, sys, tempfile
from sandbox.engine.docker import DockerEngine
from sandbox.limits import Limits
image, key = sys.argv[1:]
DockerEngine().build(
    pathlib.Path(tempfile.mkdtemp()), f"FROM {image}\\nRUN echo there && sleep 600\\n",
    reference=f"assay/evaluation:{key}", labels={"assay.evaluation": key}, limits=Limits(),
    on_line=lambda line: print(line, flush=True),
)
"""


def until(condition, seconds=30.0):
    end = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < end:
        time.sleep(0.2)
    return value


def killed_in_the_middle(script, image, key):
    """Run a script of this checkout until it says "there", and kill it as a crash would."""
    command = [sys.executable, "-c", script, image, key]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert any(line.strip() == "there" for line in process.stdout)
        finally:
            process.send_signal(signal.SIGKILL)
    return process.pid


def reaped(engine, key, alive):
    """What a reaping says of one evaluation: other programs may leave things of theirs in the same engine."""
    return sorted(removed for removed in engine.reap(alive) if key in removed)


def others(engine, key):
    """Evaluations that other programs have in this engine at the moment."""
    shown = engine.api.containers({"label": [EVALUATION]})
    return frozenset(summary["Labels"][EVALUATION] for summary in shown) - {key}


def steps_of(engine, key):
    """The steps of that evaluation's build."""
    return [step for step in build_steps(engine.api) if step.evaluation == key]


def test_reap_removes_the_pod_of_a_process_that_was_killed(lab, python_image, evaluation):
    killed_in_the_middle(IN_A_POD, python_image, evaluation)
    assert len(left_over(lab, evaluation)) == 2
    assert reaped(lab, evaluation, others(lab, evaluation) | {evaluation}) == []
    removed = reaped(lab, evaluation, others(lab, evaluation))
    assert removed == [f"container assay-{evaluation}-{role}" for role in ("app-app-1", "pause")]


def test_build_of_a_process_that_was_killed_ends_and_leaves_nothing(lab, python_image, evaluation):
    pid = killed_in_the_middle(IN_A_BUILD, python_image, evaluation)
    assert until(lambda: lab.reap(others(lab, evaluation)) is not None and not steps_of(lab, evaluation))
    # The step's group goes a moment after its container; then the parent that the build had made can go.
    assert until(lambda: lab.reap(others(lab, evaluation)) is not None and not list(ROOT.glob(f"*/{PREFIX}{pid}-*")))


class Between:
    """A socket that passes everything on to the engine, until it is shut: an engine that goes away."""

    def __init__(self, path, engine_path):
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(path)
        self.server.listen(64)
        self.engine_path, self.open = engine_path, []
        threading.Thread(target=self._accept, daemon=True).start()

    def shut(self):
        for connection in [self.server, *self.open]:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                near, _ = self.server.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.engine_path)
                self.open += [near, far]
                for ends in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=ends, daemon=True).start()

    @staticmethod
    def _pass(source, target):
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def between(monkeypatch, tmp_path, engine):
    if not engine.api.local:
        pytest.fail("these tests need an engine on a UNIX socket of this machine")
    path = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
    proxy = Between(str(tmp_path / "engine.sock"), path)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/engine.sock")
    yield proxy
    proxy.shut()
    gc.collect()


# The SDK drops each socket that did not connect; `between` collects them while the warning is expected.
SDK_DROPS_SOCKETS = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@SDK_DROPS_SOCKETS
def test_engine_that_goes_away_in_a_build_is_a_fault_of_the_host(lab, between, python, evaluation, tmp_path):
    def heard(line):
        if line == "there":
            between.shut()

    folder = tmp_path / "context"
    folder.mkdir()
    dockerfile = f"FROM {python.id}\nRUN echo there && sleep 20\n"
    with DockerEngine() as cut, pytest.raises(HostFault) as fault:
        build(cut, evaluation, folder, dockerfile, on_line=heard)
    assert fault.value.id.startswith("engine_")
    assert until(lambda: not steps_of(lab, evaluation))
    build(lab, evaluation, folder, f"FROM {python.id}\n")  # the next attempt removes what this one had to leave


@SDK_DROPS_SOCKETS
def test_engine_that_goes_away_under_a_service_is_a_fault_of_the_host(lab, between, python, evaluation, limits):
    with DockerEngine(tools=lambda _engine: lab.tools()) as cut:
        pod = cut.pod(evaluation, limits)
        pod.__enter__()
        service = pod.start("app", python, command=run("import time; time.sleep(600)"))
        between.shut()
        for ask in (service.state, service.logs, service.differences, lambda: pod.tool("echo", {}, timeout_s=5)):
            with pytest.raises(HostFault, match="engine_unreachable"):
                ask()
        with pytest.raises(HostFault, match="engine_unreachable"):
            pod.__exit__()
    with lab.pod(evaluation, limits):  # the next attempt, once the engine is back, begins by removing what stayed
        assert len(left_over(lab, evaluation)) == 1
