"""Fixtures of the portfolio tests: an issued credential, and a network that is not there."""

import socket

import pytest

from config.celery import app as celery_app
from portfolios.actions import publish_scorecard
from tests import factories
from tests.portfolios.issued import BASE, Issued, issue
from tests.portfolios.reports import report


@pytest.fixture(scope="session")
def issued() -> Issued:
    return issue()


@pytest.fixture
def no_network(monkeypatch):
    """Opening any socket fails the test."""

    def refuse(*arguments, **keywords):
        raise AssertionError("something tried to open a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def site(settings, tmp_path):
    """The site under its own name, with a key of its own, and tasks done at once."""
    settings.ASSAY_BASE_URL = BASE
    settings.ASSAY_ISSUER_KEY = tmp_path / "issuer-key.pem"
    before = celery_app.conf.task_always_eager
    celery_app.conf.task_always_eager = True
    yield settings
    celery_app.conf.task_always_eager = before


@pytest.fixture
def scorecard(site, project, student):
    """The finished evaluation of the student's project, not public yet."""
    evaluation = factories.evaluation(project=project, by=student)
    return factories.scorecard(evaluation=evaluation, report=report())


@pytest.fixture
def publish(django_capture_on_commit_callbacks):
    """Publish as the site does it: consent, and then what its queue does with it."""

    def do(scorecard, by):
        with django_capture_on_commit_callbacks(execute=True):
            publish_scorecard(scorecard=scorecard, by=by)
        scorecard.refresh_from_db()
        return scorecard

    return do


@pytest.fixture
def published(scorecard, student, publish):
    return publish(scorecard, student)
