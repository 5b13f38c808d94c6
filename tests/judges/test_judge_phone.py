"""A judge's pages in a real browser the size of a phone: taps, targets, a dead network."""

import pytest
from playwright.sync_api import Browser, Page, expect

from judges import actions
from judges.models import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALLEST_TARGET = 48


@pytest.fixture
def handset(chromium: Browser, django_db_setup, live_server, open_expo):
    """A page in which Ann's link is open; problems that the browser reports are collected in `page.problems`.

    `django_db_setup` stands before `live_server`, which else starts without the tests' database in memory and opens
    connections of its own that nobody closes.
    """
    _, token = actions.invite_judge(round_=open_expo, name="Ann")
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.problems = problems
    page.goto(f"{live_server.url}/judge/{token}/")
    page.get_by_role("button", name="Show my first table").tap()
    expect(page.get_by_text("Next table")).to_be_visible()
    yield page
    context.close()


def tap_all(page: Page, value: int) -> None:
    for button in page.locator(f".taps input[value='{value}']").all():
        button.tap()


def test_buttons_are_large_and_nothing_overflows(handset):
    for width in (390, 320):
        handset.set_viewport_size({"width": width, "height": 700})
        boxes = [label.bounding_box() for label in handset.locator(".taps label").all()]
        assert len(boxes) == 10
        assert all(box["height"] >= SMALLEST_TARGET and box["width"] >= SMALLEST_TARGET for box in boxes)
        assert handset.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert handset.problems == []


def test_three_taps_lead_to_the_next_table(handset):
    first = handset.locator("h1").inner_text()
    tap_all(handset, 4)
    handset.get_by_role("button", name="Save and go on").tap()
    expect(handset.get_by_text("1 of 3 done")).to_be_visible()
    assert handset.locator("h1").inner_text() != first
    assert [score.value for score in Visit.objects.get(state="submitted").scores.all()] == [4, 4]
    assert handset.problems == []


def test_missing_number_is_noticed_before_sending(handset):
    handset.get_by_role("button", name="Save and go on").tap()
    assert handset.evaluate("document.activeElement.matches('.taps input:invalid')")
    assert not Visit.objects.filter(state="submitted").exists()


def test_scores_given_without_network_arrive_once(handset):
    first = handset.locator("h1").inner_text()
    handset.context.set_offline(True)
    tap_all(handset, 5)
    handset.get_by_role("button", name="Save and go on").tap()
    expect(handset.get_by_text("1 waiting to sync")).to_be_visible()
    assert not Visit.objects.filter(state="submitted").exists()
    handset.context.set_offline(False)
    expect(handset.get_by_text("1 of 3 done")).to_be_visible()
    visit = Visit.objects.get(state="submitted")
    assert (visit.project.name, visit.revision) == (first, 1)
