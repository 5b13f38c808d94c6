"""The scorecard's page of a job: artefacts, metrics and time instead of load, and no word of a service."""

from django.urls import reverse

from tests import factories
from tests.portfolios.reports import report

JOB = {
    "state": "done",
    "kind": "script",
    "commands": ["python train.py"],
    "exit_code": 0,
    "seconds": 4.21,
    "limit_s": 600.0,
    "peak_bytes": 61_000_000,
    "cpu_s": 3.9,
    "artefacts": [{"path": "models/model.npz", "bytes": 1066, "kind": "model"}],
    "artefacts_more": 3,
    "metrics": [{"name": "test.accuracy", "value": 0.972222, "source": "metrics.json"}],
    "repeat": {"ran": True, "why": "", "seconds": 4.3, "same": True, "differing": []},
    "log_lines": 1,
    "tail": ["<b>done</b>"],
}


def page(client, project, student, job):
    changes = {"deployed": False, "healthy": False, "measurements": {"job": job}, "services": []}
    evaluation = factories.evaluation(project=project, by=student)
    card = factories.scorecard(evaluation=evaluation, report=report(**changes))
    client.force_login(student)
    answer = client.get(reverse("scorecard", args=[card.public_id]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_page_of_a_job_shows_what_it_left_and_reports(client, site, project, student):
    text = page(client, project, student, JOB)
    for shown in ("models/model.npz", "and 3 more", "test.accuracy", "0.9722", "metrics.json", "same metrics"):
        assert shown in text
    assert "its pipeline ran to its end in 4.2" in text
    assert "requests a second" not in text.partition("Where it comes from")[0]
    assert "&lt;b&gt;done&lt;/b&gt;" in text


def test_page_of_a_job_that_could_not_be_seen_is_still_a_page(client, site, project, student):
    assert "What it left behind" not in page(client, project, student, {"error": "engine_failed: gone"})
