"""Pages for when something is wrong: they render, and the one for our own failure needs nothing at all."""

import pytest
from django.template.loader import render_to_string
from django.test import Client


def test_unknown_address_answers_in_the_site_s_own_words(client, db):
    answer = client.get("/nothing-here/")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.text


def test_form_without_its_token_says_what_to_do(db):
    answer = Client(enforce_csrf_checks=True).post("/login/", {"username": "sam"})
    assert answer.status_code == 403
    assert "This form is too old" in answer.text


def test_own_failure_page_needs_no_request_and_no_other_template():
    page = render_to_string("500.html")
    assert "Something broke on our side" in page
    assert "csrf" not in page


@pytest.mark.parametrize(("retry_after", "words"), [(30, "wait 30 seconds"), (None, "wait a minute")])
def test_too_many_requests_page_says_how_long(rf, retry_after, words):
    request = rf.get("/")
    assert words in render_to_string("429.html", {"retry_after": retry_after}, request)


def test_forbidden_page_leads_to_sign_in(rf):
    assert 'href="/login/"' in render_to_string("403.html", {}, rf.get("/"))
