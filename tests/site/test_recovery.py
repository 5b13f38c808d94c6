"""A worker that is killed in mid-build: the evaluation finishes after the worker is back, and nothing stays behind."""

import subprocess

import pytest

from deploy.local import up

pytestmark = [pytest.mark.docker, pytest.mark.redis]
SLOW_BUILD = {
    "Dockerfile": 'FROM python:3.12-slim\nRUN sleep 15\nCOPY app.py .\nUSER 1000\nCMD ["python", "app.py"]\n',
    "app.py": """
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()
        self.wfile.write(b"ok" if self.path == "/health" else b"no")
HTTPServer(("0.0.0.0", 8000), Answer).serve_forever()
""",
}


def containers():
    done = subprocess.run(["docker", "ps", "-aq", "--no-trunc"], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_killed_worker_is_resumed_and_leaves_no_container(site, repository):
    before = containers()
    queued = site.manage("evaluate", str(repository(SLOW_BUILD)))
    key = queued.stdout.split()[2].rstrip(":")
    one = f"Evaluation.objects.get(public_id={key!r})"
    site.wait_for(f"{one}.stage == 'building' and {one}.lines.filter(text__contains='sleep 15').exists()", 120)
    site.supervisor.kill("sandbox")
    assert site.ask(f"{one}.stage") == "building"
    site.supervisor.run("sandbox", up.commands(site.port)["sandbox"], site.env)
    site.wait_for(f"{one}.stage == 'scored'", 240)
    assert site.ask(f"{one}.attempts") == 2
    assert site.ask(f"{one}.scorecard.report['healthy']") is True
    seqs = site.ask(f"list({one}.lines.values_list('seq', flat=True))")
    assert seqs == sorted(set(seqs))
    site.wait_for("True", 1)
    assert containers() - before == set()


def test_cancelled_evaluation_stops_and_leaves_no_container(site, repository):
    before = containers()
    queued = site.manage("evaluate", str(repository(SLOW_BUILD | {"unique.txt": "another commit"})))
    key = queued.stdout.split()[2].rstrip(":")
    one = f"Evaluation.objects.get(public_id={key!r})"
    site.wait_for(f"{one}.stage == 'building'", 120)
    site.ask(f"__import__('evaluations.actions').actions.cancel_evaluation(evaluation={one})")
    site.wait_for(f"{one}.stage == 'cancelled'", 60)
    assert containers() - before == set()
