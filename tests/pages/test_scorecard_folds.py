"""A whole scorecard in a browser: every fold open on a phone, by keyboard, and on paper."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from evaluations.actions import store_scorecard
from evaluations.models import Stage
from sandbox.evidence import Evidence
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STORED = Path(__file__).parents[1] / "sandbox" / "evidence" / "fastapi-docker.json"
STEP = {
    "users": 100,
    "rps": 1010.0,
    "offered_rps": 1010.0,
    "failed": 0,
    "p50_ms": 14.0,
    "p95_ms": 118.0,
    "p99_ms": 134.0,
    "lateness_p95_ms": 1.2,
    "foreign_cpu": 0.004,
    "valid": True,
    "why": "",
}


@pytest.fixture
def page(chromium, live_server, client, student, project):
    """A browser's page at the scorecard of a load of many steps, with a member of the team signed in."""
    evidence = Evidence.from_json(json.loads(STORED.read_text()))
    steps = [STEP | {"name": f"{share}% of capacity"} for share in (25, 50, 70, 85)]
    probes = evidence.probes | {"load": evidence.probes["load"] | {"steps": steps}, "metrics": {"present": False}}
    evaluation = factories.evaluation(project=project, by=student)
    card = store_scorecard(evaluation=evaluation, evidence=replace(evidence, probes=probes))
    client.force_login(student)
    with chromium.new_context(base_url=live_server.url) as context:
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(reverse("scorecard", args=[card.public_id]))
        yield page


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (320, "light"), (1280, "dark")])
def test_every_fold_opens_within_the_page(page, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    expect(page.get_by_role("region", name="Steps of the load")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
    found = Axe().run(page, options=rules)
    assert found.response["violations"] == [], found.generate_report()


def test_evidence_opens_by_keyboard_and_says_whose_it_is(page):
    summary = page.locator(".finding summary", has_text="Evidence").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".finding details[open]").first).to_be_visible()
    title = page.locator(".finding", has=page.locator("details[open]")).get_by_role("heading").inner_text()
    assert title in summary.text_content()


def test_paper_has_every_finding_and_no_raw_evidence(page):
    page.emulate_media(media="print")
    expect(page.locator(".finding h3").last).to_be_visible()
    for locator in (page.get_by_text("/probes/").first, page.get_by_role("region", name="Load by second")):
        expect(locator).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollHeight") < 25_000


def test_verdict_and_first_step_say_the_same(page):
    first = page.get_by_role("region", name="What to fix first").get_by_role("listitem").locator(".figure").first
    expect(page.get_by_role("region", name="Result")).to_contain_text(
        f"The first thing to fix gains {first.inner_text().removeprefix('+')} points."
    )


def test_evaluation_that_wrote_nothing_shows_no_empty_log(page, project, student):
    evaluation = factories.evaluation(project=project, by=student, stage=Stage.CANCELLED)
    page.goto(reverse("evaluation", args=[evaluation.public_id]))
    expect(page.get_by_text("Nothing was written.")).to_be_visible()
    expect(page.locator("[data-log]")).to_be_hidden()
    expect(page.get_by_text("skipped").first).to_have_text("skipped")
