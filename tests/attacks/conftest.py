"""The ground of the attacks: canaries that the host watches, attackers that report what they reached, a neighbour.

An attack is a tiny program that is bounded (it never asks for more than it needs to prove its point), prints what it
reached as one JSON line, and is judged on both sides: by that line, and by the canaries of the host.
"""

import json
import secrets
import socket
import threading
from contextlib import ExitStack

import pytest

from sandbox.engine import container
from sandbox.engine.policy import RunPolicy
from sandbox.limits import Limits
from tests.attacks.fetching import Campus
from tests.attacks.looking import Look
from tests.containers import run

END_S = 60.0
UNTOUCHED = "nobody has written here"


class Canary:
    """What the host must see untouched: a file, a listener on every address of this machine, a secret of the worker."""

    def __init__(self, folder, monkeypatch):
        self.file = folder / "canary"
        self.file.write_text(UNTOUCHED)
        self.secret = secrets.token_hex(16)
        monkeypatch.setenv("ASSAY_CANARY", self.secret)
        self.contacts = []
        self._listener = socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                connection, address = self._listener.accept()
            except OSError:
                return
            self.contacts.append(address[0])
            connection.close()

    def close(self):
        self._listener.close()

    def check(self, *texts):
        """Nobody came, nothing was written, and the secret is in none of these texts."""
        assert self.contacts == []
        assert self.file.read_text() == UNTOUCHED
        for text in texts:
            assert self.secret not in (text if isinstance(text, str) else repr(text))


@pytest.fixture
def campus(tmp_path, monkeypatch):
    with ExitStack() as stack:
        yield Campus(stack, tmp_path, monkeypatch)


@pytest.fixture(autouse=True)
def canary(tmp_path, monkeypatch):
    """Watched in every attack test; whatever the test itself asserts, this is asserted after it."""
    canary = Canary(tmp_path, monkeypatch)
    yield canary
    canary.close()
    canary.check()


@pytest.fixture
def attack(engine, python, evaluation, limits):
    """`attack(code)` runs Python code as a team's service and returns (report, service).

    The report is the last line of JSON that it printed, {} without one. The service has ended or was killed.
    """

    def go(code, *, env=None, limits=limits, strict=False, wait_s=END_S, image=python, command=None):
        with engine.pod(evaluation, limits) as pod:
            service = pod.start("app", image, command=command or run(code), env=env, strict=strict)
            service.wait(wait_s)
            return last_report(service.logs()), service

    return go


@pytest.fixture(scope="module")
def standing_neighbour(engine, python):
    """Another evaluation on the same engine, from a module's first attack beside it to its last: (pod, service)."""
    serve = run("import http.server; http.server.test(http.server.SimpleHTTPRequestHandler, port=8000)")
    with engine.pod(f"test-{secrets.token_hex(4)}", Limits()) as pod:
        service = pod.start("app", python, command=serve)
        yield pod, service
        request = {"port": 8000, "requests": [{"method": "GET", "path": "/"}], "total_s": 60.0}
        [answer] = pod.tool("fetch", request, timeout_s=90.0)["answers"]
        assert answer["status"] == 200


@pytest.fixture
def neighbour(standing_neighbour):
    """The other evaluation's service. Afterwards it still runs, as it did; after the module's last it still answers."""
    service = standing_neighbour[1]
    yield service
    state = service.state()
    assert state.running
    assert not state.oom_killed
    assert service.differences() == []


@pytest.fixture
def undefended(monkeypatch):
    """`undefended("HostConfig.PidsLimit", value)`: the policy without this line, and nobody who looks.

    Only to show that an attack works where its defence is missing: then the test of the defence can fail.
    """

    def remove(path, value=None):
        *parents, name = path.removeprefix("Config.").split(".")
        whole = RunPolicy.create_arguments

        def create_arguments(policy):
            document = whole(policy)
            place = document
            for parent in parents:
                place = place.setdefault(parent, {})
            if value is None:
                place.pop(name, None)
            else:
                place[name] = value
            return document

        monkeypatch.setattr(RunPolicy, "create_arguments", create_arguments)
        monkeypatch.setattr(container, "differences", lambda *_, **__: [])

    return remove


@pytest.fixture
def look(engine, python, evaluation, limits):
    """A team's service in a pod with our real tools beside it; see `tests/attacks/looking.py`."""
    with ExitStack() as stack:
        yield Look(stack, engine, evaluation, limits, python)


def last_report(output):
    """The last line of an attacker's output that is a JSON object."""
    for line in reversed(output.decode("utf-8", "replace").splitlines()):
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return {}
