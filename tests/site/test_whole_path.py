"""The whole path in a real browser: hand in, watch, judge on a phone, publish, find, verify."""

import json
import re
import urllib.request

import pytest

from config.management.commands.demo import PASSWORD

pytestmark = [pytest.mark.alone, pytest.mark.browser, pytest.mark.docker, pytest.mark.redis]
MINUTES = 60_000


@pytest.fixture
def visit(chromium, site):
    """A new visitor's page; fails the test at the end when the console saw an error."""
    contexts, errors = [], []

    def make(handle=None, *, phone=False):
        size = {"width": 390, "height": 800} if phone else {"width": 1280, "height": 900}
        context = chromium.new_context(viewport=size, base_url=site.base)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        if handle:
            page.goto("/login/")
            page.fill("[name=username]", handle)
            page.fill("[name=password]", PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_url("**/dashboard/")
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def test_student_to_employer(site, visit, tmp_path):
    # A student hands the project in and watches it to its scorecard.
    student = visit("sam")
    student.click("text=Churn API")
    student.click("text=Hand in and evaluate")
    student.wait_for_url("**/e/*/")
    log = student.locator("[data-log]")
    log.locator("p", has_text="Dockerfile is the team's own").wait_for(timeout=2 * MINUTES)
    student.locator('[data-stage="observing"][data-state="running"]').wait_for(timeout=5 * MINUTES)
    student.locator("main >> text=Open the scorecard").wait_for(timeout=5 * MINUTES)
    student.click("text=Open the scorecard")
    student.wait_for_url("**/s/*/")
    card = student.url
    assert re.search(r"It builds, is ready after \d", student.inner_text("main"))

    # Nobody else sees it yet.
    stranger = visit()
    assert stranger.request.get(card).status == 404

    # A judge scores the demo on a phone, by link and without an account.
    judge = visit(phone=True)
    judge.goto(site.demo["judge"])
    judge.locator("main form button[type=submit]").first.click()
    if judge.locator("input[type=radio]").count() == 0:
        judge.locator("main form button[type=submit]").first.click()
    for criterion in judge.locator("fieldset:has(input[type=radio])").all():
        criterion.locator("label", has=judge.locator("input[value='4']")).click()
    judge.locator("button[type=submit]", has_text=re.compile("Save|Submit", re.IGNORECASE)).first.click()
    site.wait_for("__import__('judges.models').models.Visit.objects.filter(state='submitted').count()", 30)

    # The student agrees to publish; the web worker signs.
    student.goto(card)
    student.click("a:has-text('Publish'), button:has-text('Publish')")
    for box in student.locator("main input[type=checkbox]").all():
        box.check()
    student.click("main form button[type=submit]")
    site.wait_for("Credential.objects.count()", 60)
    assert stranger.goto(card).status == 200

    # An employer finds the project by a measured fact and follows it to the credential.
    employer = visit("erin")
    employer.goto("/talent/?q=churn+p95_ms%3C2000")
    employer.locator("main >> text=Churn API").first.wait_for()
    employer.goto(card)
    employer.locator("main a[href*='/c/']").first.click()
    employer.wait_for_url("**/c/*")
    address = employer.url.split("?")[0]
    with urllib.request.urlopen(f"{address}.json") as answer:
        credential = answer.read()

    # What was downloaded is accepted; one changed digit is refused. Both by the command line, offline from the page.
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(credential)
    document = json.loads(credential)
    document["validFrom"] = document["validFrom"].replace("20", "21", 1)
    bad.write_text(json.dumps(document))
    accepted = site.manage("verify", str(good), check=False)
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    assert site.manage("verify", str(bad), check=False).returncode == 1
