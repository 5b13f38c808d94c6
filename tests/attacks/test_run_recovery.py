"""A worker that was attacked goes on: after hostile repositories, one after the other, a good one is healthy."""

import itertools
import os
import threading
from textwrap import dedent

import pytest

from sandbox.limits import MIB, Limits
from sandbox.pipeline import Pipeline
from sandbox.probes import all_probes
from tests.containers import left_over
from tests.sandbox.sources import commit, git

PROBES = frozenset(
    probe.id for probe in all_probes() if probe.on in ("service", "app") and probe.id not in ("boot", "health")
)
GOOD = dedent("""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            known = self.path == "/health"
            self.send_response(200 if known else 404)
            self.end_headers()
            self.wfile.write(b"well" if known else b"no")
    ThreadingHTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
""")
DIES = GOOD.replace("self.end_headers()", "self.end_headers(); self.wfile.write(b'well'); __import__('os')._exit(1)")
FORKS = """import os, time
for _ in range(5000):
    try:
        if os.fork() == 0: os.setsid(); time.sleep(60)
    except OSError: break
time.sleep(60)
"""
FILLS = """import time
for n in range(400): open(f"/fill-{n}", "wb").write(bytes(1 << 20))
time.sleep(60)
"""
# What the server of a repository does, and what its team is told.
HOSTILE = {
    "never_listens": FORKS,
    "out_of_memory": "x = []\nwhile True: x.append(bytearray(1 << 20))",
    "killed_for_disk": FILLS,
    "killed_for_log": "while True: print('x' * 4000)",
    "exited": DIES,
}


@pytest.fixture
def evaluate(engine, evaluation, tmp_path):
    """`evaluate(server)`: the evidence of a repository with this server, by the whole pipeline."""
    limits = Limits(boot_s=8.0, run_memory_bytes=128 * MIB, run_writable_bytes=64 * MIB, run_log_bytes=MIB)
    numbers = itertools.count()

    def go(server):
        folder = tmp_path / f"repository-{next(numbers)}"
        folder.mkdir()
        git(folder, "init", "--quiet", "--initial-branch", "main")
        (folder / "server.py").write_text(server)
        (folder / "Dockerfile").write_text('FROM python:3.12-slim\nCOPY server.py /\nCMD ["python3", "/server.py"]\n')
        commit(folder)
        workspace = tmp_path / f"workspace-{folder.name}"
        workspace.mkdir()
        return Pipeline(
            key=evaluation, source=str(folder), engine=engine, workspace=workspace, limits=limits, skip=PROBES
        ).run()

    return go


def test_good_repository_is_healthy_after_attacks(engine, evaluate, evaluation, neighbour):
    assert evaluate(GOOD).healthy
    held = (threading.active_count(), len(os.listdir("/proc/self/fd")))  # noqa: PTH208 - a count
    for told, server in HOSTILE.items():
        evidence = evaluate(server)
        assert (evidence.fault["owner"], evidence.fault["id"]) == ("team", told)
        assert left_over(engine, evaluation) == []
    good = evaluate(GOOD)
    assert (good.fault, good.healthy) == (None, True)
    assert good.probes["health"]["good"] == good.probes["health"]["asked"] > 0
    # The worker itself keeps nothing of those that attacked it.
    assert threading.active_count() <= held[0]
    assert len(os.listdir("/proc/self/fd")) <= held[1] + 2  # noqa: PTH208
