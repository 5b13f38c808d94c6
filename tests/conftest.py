"""Fixtures that every area shares: people, an event, a team with a project, and the real services."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import factories

pytest_plugins = ["tests.containers"]

# Playwright's synchronous client keeps an event loop in this thread; the ORM calls of a browser test are still ours.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """The slow hash is Django's to test, not ours."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Pages name static files as they are: the hashed names exist only after collectstatic."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def student(db):
    return factories.user("sam")


@pytest.fixture
def organiser(db):
    return factories.user("olga")


@pytest.fixture
def hackathon(organiser):
    return factories.hackathon(organisers=[organiser])


@pytest.fixture
def team(hackathon, student):
    return factories.team(hackathon=hackathon, members=[student])


@pytest.fixture
def project(team):
    return factories.project(team=team)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium: the client library never downloads one. One for all areas: a thread can hold only one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()
