"""The load generator on a real server that costs a millisecond a request: what it must not hide, and what it sends."""

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

import sandbox

INSIDE = Path(sandbox.__file__).parent / "inside"
pytestmark = pytest.mark.alone


@contextmanager
def answerer(**request):
    """The port of `inside/answerer.py` as a process of its own."""
    command = [sys.executable, "-I", str(INSIDE / "answerer.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        yield json.loads(server.stdout.readline())["event"]["port"]
        server.kill()


def load(port, *steps):
    requests = [{"method": "GET", "path": "/", "body": "", "content_type": ""}]
    asked = {"port": port, "requests": requests, "users": 64, "health_path": "/", "steps": steps}
    done = subprocess.run(
        [sys.executable, "-I", str(INSIDE / "load.py")],
        input=json.dumps(asked) + "\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])["result"]["steps"]


def test_server_that_freezes_a_fifth_of_the_time_shows_it():
    """1.2 s in every 6 s: those that wait longest are a twentieth of all, and wait 0.9 s and what the backlog costs."""
    step = {"name": "frozen", "rate": 50, "users": 64, "seconds": 12.0}
    with answerer(work_ms=1.0, freeze=[1.2, 6.0]) as port:
        [found] = load(port, step)
    assert found["failed"] == 0
    assert found["p95_ms"] >= 900
    assert found["p50_ms"] < 200


def test_closed_users_never_send_more_than_one_worker_can_do():
    with answerer(work_ms=2.0) as port:
        [found] = load(port, {"name": "closed", "rate": 0, "users": 8, "seconds": 2.0, "drain_s": 2.0})
    assert 0 < found["rps"] <= 500
    assert found["failed"] == 0


def test_what_answers_say_is_compared_with_what_they_say_when_idle():
    with answerer() as port:
        [found] = load(port, {"name": "open", "rate": 100, "users": 32, "seconds": 2.0})
    assert (found["contents_compared"], found["contents_changed"]) == (23, 0)
