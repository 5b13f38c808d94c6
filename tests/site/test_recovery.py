"""A worker that is killed in mid-build: the evaluation finishes after the worker is back, and nothing stays behind."""

import secrets

import pytest

from deploy.local import up
from tests.attacks.left import NONCE, caches, containers, layers, storage, until

pytestmark = [pytest.mark.alone, pytest.mark.docker, pytest.mark.redis]
SLOW_BUILD = {
    "Dockerfile": """FROM python:3.12-slim
LABEL nonce
RUN sleep 15
COPY app.py .
USER 1000
CMD ["python", "app.py"]
""",
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


@pytest.fixture
def nonce(engine):
    """A label for every layer of one build. The caches that it leaves go, too: nobody else will use them."""
    nonce = secrets.token_hex(4)
    yield nonce
    for name in caches(engine, nonce):
        engine.remove_image(name)


def slow_build(nonce):
    return SLOW_BUILD | {"Dockerfile": SLOW_BUILD["Dockerfile"].replace("nonce", f'{NONCE}="{nonce}"')}


def test_killed_worker_is_cleaned_up_after_and_its_evaluation_resumed(site, repository, engine, nonce):
    queued = site.manage("evaluate", str(repository(slow_build(nonce))))
    key = queued.stdout.split()[2].rstrip(":")
    one = f"Evaluation.objects.get(public_id={key!r})"
    site.wait_for(f"{one}.stage == 'building' and {one}.lines.filter(text__contains='sleep 15').exists()", 120)
    assert containers(engine, key)
    site.supervisor.kill("sandbox")
    assert site.ask(f"{one}.stage") == "building"
    # Nobody but the reaper is there; what the evaluation needs for being resumed is its row alone.
    assert until(lambda: not [*containers(engine, key), *storage(engine, key), *layers(engine, nonce)])
    site.supervisor.run("sandbox", up.commands(site.port)["sandbox"], site.env)
    site.wait_for(f"{one}.stage == 'scored'", 240)
    assert site.ask(f"{one}.attempts") == 2
    assert site.ask(f"{one}.scorecard.report['healthy']") is True
    seqs = site.ask(f"list({one}.lines.values_list('seq', flat=True))")
    assert seqs == sorted(set(seqs))
    assert until(lambda: not [*containers(engine, key), *storage(engine, key), *layers(engine, nonce)])


def test_cancelled_evaluation_stops_and_leaves_nothing(site, repository, engine, nonce):
    queued = site.manage("evaluate", str(repository(slow_build(nonce))))
    key = queued.stdout.split()[2].rstrip(":")
    one = f"Evaluation.objects.get(public_id={key!r})"
    site.wait_for(f"{one}.stage == 'building'", 120)
    site.ask(f"__import__('evaluations.actions').actions.cancel_evaluation(evaluation={one})")
    site.wait_for(f"{one}.stage == 'cancelled'", 60)
    assert until(lambda: not [*containers(engine, key), *storage(engine, key), *layers(engine, nonce)])
