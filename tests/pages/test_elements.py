"""The custom elements in a real browser, on real pages with the real content policy."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from evaluations.models import Evaluation, EventLine, Stage
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOSTILE = "<b>bold</b><script>document.title = 'taken'</script>"


@pytest.fixture
def page(chromium: Browser, django_db_setup, live_server):
    """A page of its own; what the browser complains of is collected in `page.problems`."""
    context = chromium.new_context(base_url=live_server.url, color_scheme="light")
    page = context.new_page()
    page.problems = []
    page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    yield page
    context.close()


@pytest.fixture
def running(page: Page, live_server, client, student, project) -> Evaluation:
    """A running evaluation with one stored line, and its owner signed in."""
    evaluation = factories.evaluation(project=project, by=student, stage=Stage.BUILDING)
    EventLine.objects.create(evaluation=evaluation, seq=3, stage="building", kind="log", source="build", text="Step 1")
    client.force_login(student)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    return evaluation


def messages(*batches: list[dict]) -> str:
    return "".join(f"id: {batch[-1]['seq']}\ndata: {json.dumps(batch)}\n\n" for batch in batches)


def event(seq: int, kind: str, text: str, **fields) -> dict:
    return {"seq": seq, "stage": "building", "kind": kind, "source": "build", "text": text, "fraction": None} | fields


def test_theme_follows_the_system_until_it_is_chosen_and_is_remembered(page):
    page.goto("/")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Change to dark colours").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != ground
    page.reload()
    expect(page.get_by_role("button", name="Change to light colours")).to_be_visible()
    page.get_by_role("button", name="Change to light colours").click()
    assert page.evaluate("localStorage.length") == 0
    assert page.problems == []


def stream(page: Page, *answers: str) -> list[str]:
    """Answer the page's event streams one after another, each cut off at its end; returns the addresses asked."""
    asked: list[str] = []

    def answer(route) -> None:
        asked.append(route.request.url)
        body = answers[min(len(asked), len(answers)) - 1]
        route.fulfill(content_type="text/event-stream", body="retry: 50\n\n" + body)

    page.route("**/live/**", answer)
    return asked


def test_live_run_shows_lines_as_text_and_once_over_a_cut_connection(page, running):
    first = [event(3, "log", "Step 1"), event(4, "log", HOSTILE)]
    second = [
        event(4, "log", HOSTILE),
        event(5, "note", "A stand-in is used"),
        event(6, "log", "ERROR: no such module"),
    ]
    asked = stream(page, messages(first), messages(second))
    page.goto(f"/e/{running.public_id}/")
    log = page.get_by_role("log")
    expect(log.locator("p")).to_have_count(4)
    assert log.locator("p").all_inner_texts() == [
        "buildStep 1",
        f"build{HOSTILE}",
        "buildA stand-in is used",
        "buildERROR: no such module",
    ]
    assert page.title() != "taken"
    assert len(asked) >= 2
    expect(page.get_by_role("button", name="Jump to the first error")).to_be_visible()
    assert page.problems == []


def test_live_run_announces_stages_and_moves_the_bar(page, running):
    done = event(4, "stage", "done", stage="building")
    started = event(5, "stage", "started", stage="observing")
    loading = event(6, "progress", "load: window", stage="observing", fraction=0.25)
    stream(page, messages([done, started, loading]), "")
    page.goto(f"/e/{running.public_id}/")
    stages = page.locator("[data-stage]")
    expect(stages.filter(has_text="Build the image")).to_contain_text("done")
    expect(stages.filter(has_text="Deploy, load and watch")).to_contain_text("running")
    expect(page.get_by_text("load: window")).to_be_visible()
    assert page.get_by_role("progressbar").evaluate("bar => bar.value") == 0.25
    assert page.get_by_role("log").get_attribute("aria-live") == "off"


def test_finished_failed_log_stays_at_its_top_until_asked(page, running):
    lines = [f"line {number}" for number in range(4, 200)] + ["Traceback (most recent call last):"]
    EventLine.objects.bulk_create(
        EventLine(evaluation=running, seq=seq, stage="building", kind="log", source="app", text=text)
        for seq, text in enumerate(lines, start=4)
    )
    Evaluation.objects.filter(pk=running.pk).update(stage=Stage.ABORTED)
    page.goto(f"/e/{running.public_id}/")
    log = page.get_by_role("log")
    assert log.evaluate("box => box.scrollTop") == 0
    page.get_by_role("button", name="Jump to the first error").click()
    expect(log.locator(".bad").first).to_be_in_viewport()
    assert log.evaluate("box => box.scrollTop") > 0


def test_page_of_a_running_evaluation_refreshes_itself_without_scripts(chromium, live_server, page, running):
    cookies = page.context.cookies()
    with chromium.new_context(base_url=live_server.url, java_script_enabled=False) as context:
        context.add_cookies(cookies)
        plain = context.new_page()
        plain.goto(f"/e/{running.public_id}/")
        assert plain.locator("meta[http-equiv=refresh]").count() == 1
        expect(plain.get_by_role("log")).to_contain_text("Step 1")
