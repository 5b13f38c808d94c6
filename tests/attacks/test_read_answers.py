"""Attacks of a service by what it answers: too much, too slowly, compressed, broken, or not HTTP at all."""

import json
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from sandbox.inside import http_client as naive
from tests.attacks import hostile

MIB = 1024 * 1024
HOSTILE = Path(hostile.__file__).read_text()
# What may have been taken from it: our limit of a body, and what the kernel holds on both sides of a connection.
MOST_TAKEN = 24 * MIB
# Paths and how each answer has to end: the first word of the error.
TOO_MUCH = {
    "/chunks": "too_large",
    "/endless": "too_large",
    "/huge-length": "too_large",
    "/headers": "too_large",
    "/long-header": "too_large",
    "/interim": "protocol",
}
TOO_SLOW = dict.fromkeys(("/drip-status", "/drip-header", "/drip-body", "/drip-chunk", "/silent"), "timeout")
BOMBS = {"/gzip": "too_large", "/deflate": "too_large", "/brotli": "protocol", "/twice": "protocol"}
BROKEN = {
    "/short": "closed",
    "/reset": "closed",
    "/two-lengths": "protocol",
    "/no-digit": "protocol",
    "/old": "protocol",
    "/status-0": "protocol",
}


def ends(answers):
    return {path: answer["error"].partition(":")[0] for path, answer in answers.items()}


def test_answers_without_end_are_cut_off(look, neighbour):
    service = look.service(HOSTILE)
    started = time.monotonic()
    assert ends(look.fetch(*TOO_MUCH)) == TOO_MUCH
    assert time.monotonic() - started < 60
    reports = look.reports(service, of=TOO_MUCH)
    assert {report["path"] for report in reports} == set(TOO_MUCH)
    assert all(report["sent"] < MOST_TAKEN for report in reports)


def test_tiny_chunks_end_within_the_time_of_an_answer(look):
    look.service(HOSTILE)
    answer = look.fetch("/tiny-chunks")["/tiny-chunks"]
    assert answer["error"].startswith(("too_large", "timeout"))


def test_one_byte_at_a_time_ends_for_all_requests_together(look):
    look.service(HOSTILE)
    started = time.monotonic()
    assert ends(look.fetch(*TOO_SLOW, total_s=12.0)) == TOO_SLOW
    assert time.monotonic() - started < 40


def test_compressed_bombs_inflate_no_further_than_they_would_be_read(look):
    look.service(HOSTILE)
    assert ends(look.fetch(*BOMBS)) == BOMBS


def test_broken_answers_are_answers_that_failed_and_not_our_failure(look):
    look.service(HOSTILE)
    answers = look.fetch(*BROKEN, "/pipelined", "/result")
    assert {path: how for path, how in ends(answers).items() if how} == BROKEN
    assert answers["/pipelined"]["body"] == "ok"
    # Our own protocol in a body is a body.
    assert answers["/result"]["body"].startswith('{"result"')


def test_body_of_escapes_does_not_overfill_our_own_answer(look):
    look.service(HOSTILE)
    requests = [{"method": "GET", "path": path} for path in ("/nul", "/not-utf-8")] * 20
    request = {"port": 8000, "requests": requests, "total_s": 60.0, "body_bytes": MIB}
    answers = look.tool("fetch", request, timeout_s=90.0)["answers"]
    assert len(answers) == 40
    assert all(answer["status"] == 200 for answer in answers)
    text = json.dumps(answers)
    assert "\\u0000" not in text
    assert "\\u001b" not in text


def test_body_of_escapes_overfills_an_answer_without_a_bound(look):
    cut = "<= 1.5 * limit + 64 or"
    look.pierce("inside/fetch.py", ("min(wanted, room)", "10**9"), (cut, "<= 10**9 or"))
    look.service(HOSTILE)
    with pytest.raises(Exception, match="did not answer"):
        look.fetch("/not-utf-8", "/nul", "/not-utf-8?", body_bytes=MIB)


def test_redirect_to_an_internal_address_is_never_followed(look, canary):
    inside = look.service(HOSTILE.replace("else 8000", "else 9000"))
    look.service(HOSTILE, env={"REDIRECT": "http://127.0.0.1:9000/secret"}, wait=True)
    time.sleep(1.0)
    answer = look.fetch("/redirect")["/redirect"]
    assert (answer["status"], answer["headers"]["location"]) == (302, "http://127.0.0.1:9000/secret")
    assert look.reports(inside) == []
    assert canary.contacts == []


@pytest.fixture
def here():
    """The same hostile server on this machine's loopback, for clients without a defence: its port."""
    server = hostile.socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(server,), daemon=True).start()
    yield server.getsockname()[1]
    server.close()


def _accept(server):
    while True:
        try:
            link, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=hostile.answer, args=(link,), daemon=True).start()


def test_client_without_limits_takes_what_it_is_given(here, monkeypatch):
    """Body, inflated body and redirect: each attack works on a client that lacks the defence."""
    plain = naive.request(here, "GET", "/gzip", body_bytes=80 * MIB, address="127.0.0.1", total_s=30)
    assert len(plain.body) == 64 * MIB
    with pytest.raises(naive.NoAnswer) as raised:
        naive.request(here, "GET", "/endless", body_bytes=64 * MIB, address="127.0.0.1", total_s=30)
    assert raised.value.kind == "too_large"
    with monkeypatch.context() as patch:
        patch.setattr(naive, "HEADER_COUNT", 10**9)
        patch.setattr(naive, "HEADER_BYTES", 64 * MIB)
        with pytest.raises(naive.NoAnswer) as raised:
            naive.request(here, "GET", "/headers", address="127.0.0.1", total_s=3)
        assert raised.value.kind == "timeout"
    monkeypatch.setenv("REDIRECT", f"http://127.0.0.1:{here}/pipelined")
    with urllib.request.urlopen(f"http://127.0.0.1:{here}/redirect", timeout=10) as followed:
        assert followed.read() == b"ok"
