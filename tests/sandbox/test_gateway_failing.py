"""How the gateway fails when it is told to, and what it writes down of a call."""

import contextlib
import http.client
import json
import socket
import time

import pytest

from tests.sandbox.gateway_process import ADDRESS, Gateway, said

CHAT = "/v1/chat/completions"
REQUEST = {"model": "gpt-4o", "messages": said("my secret question")}


@pytest.fixture
def gateway():
    with Gateway() as gateway:
        yield gateway


def test_limited_provider_says_when_to_come_back_and_then_answers(gateway):
    assert gateway.behave(name="rate_limited", retry_after_s=3, times=2) == {"told": 1, "calls": 0}
    for _ in range(2):
        status, headers, body = gateway.raw("POST", CHAT, json.dumps(REQUEST))
        assert (status, headers["Retry-After"]) == (429, "3")
        assert json.loads(body)["error"]["code"] == "rate_limit_exceeded"
    assert gateway.post(CHAT, REQUEST)[0] == 200


@pytest.mark.parametrize(("name", "openai", "anthropic"), [("overloaded", 503, 529), ("failing", 500, 500)])
def test_each_dialect_fails_in_its_own_form(gateway, name, openai, anthropic):
    gateway.behave(name=name)
    assert gateway.post(CHAT, REQUEST)[0] == openai
    status, document = gateway.post("/v1/messages", REQUEST | {"max_tokens": 9})
    assert (status, document["type"]) == (anthropic, "error")


def test_slow_provider_keeps_the_application_waiting(gateway):
    gateway.behave(name="slow", delay_s=0.5)
    began = time.monotonic()
    assert gateway.post(CHAT, REQUEST)[0] == 200
    assert time.monotonic() - began > 0.5


def test_chunks_of_a_stream_do_not_wait_for_one_another(gateway):
    link = http.client.HTTPConnection(ADDRESS, gateway.port)
    began = time.monotonic()
    for _ in range(20):
        link.request("POST", CHAT, json.dumps(REQUEST | {"stream": True}))
        link.getresponse().read()
    link.close()
    assert time.monotonic() - began < 0.6  # 20 times 40 ms is what delayed acknowledgements would cost


def test_dead_provider_refuses_at_once_and_comes_back_on_the_same_port(gateway):
    standing = socket.create_connection((ADDRESS, gateway.port))
    gateway.behave(name="refused")
    with pytest.raises(ConnectionRefusedError):
        gateway.post(CHAT, REQUEST)
    standing.settimeout(5)
    with standing, contextlib.suppress(ConnectionResetError):
        assert standing.recv(1) == b""
    gateway.behave(name="normal")
    assert gateway.post(CHAT, REQUEST)[0] == 200


@pytest.mark.parametrize("streamed", [True, False])
def test_answers_break_off_or_make_no_sense(gateway, streamed):
    request = json.dumps(REQUEST | {"stream": streamed})
    gateway.behave(name="reset")
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        gateway.raw("POST", CHAT, request)
    gateway.behave(name="cut")
    with pytest.raises(http.client.IncompleteRead) as cut:
        gateway.raw("POST", CHAT, request)
    assert b"prepared" in cut.value.partial or not streamed
    gateway.behave(name="malformed")
    status, _, body = gateway.raw("POST", CHAT, request)
    assert status == 200
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(body.removeprefix(b"data: "))


def test_application_that_gives_up_is_written_down(gateway):
    gateway.behave(name="hanging")
    with pytest.raises(TimeoutError):
        gateway.raw("POST", CHAT, json.dumps(REQUEST), timeout=0.5)
    assert [(call["gone"], call["mode"]) for call in gateway.calls(1)] == [(True, "hanging")]


def test_unknown_mode_changes_nothing(gateway):
    assert "no such mode" in gateway.behave(name="wrong")["refused"]
    assert "refused" in gateway.behave(speed=9)
    assert gateway.post(CHAT, REQUEST)[0] == 200


def test_call_is_told_by_size_and_digest_and_never_by_its_text(gateway):
    gateway.post(CHAT, REQUEST)
    gateway.stream(CHAT, REQUEST | {"stream": True})
    first, second = gateway.calls(2)
    assert "secret" not in json.dumps([first, second])
    assert (first["path"], first["kind"], first["model"], first["status"]) == (CHAT, "chat", "gpt-4o", 200)
    assert (first["messages"], first["characters"], first["bytes"]) == (1, 18, len(json.dumps(REQUEST)))
    assert first["tokens_in"] > 0 < first["tokens_out"]
    assert [first["stream"], second["stream"]] == [False, True]
    assert first["digest"] != second["digest"]


def test_no_more_calls_are_told_than_the_record_holds(gateway):
    link = http.client.HTTPConnection(ADDRESS, gateway.port)
    for _ in range(2_050):
        link.request("GET", "/v1/models")
        link.getresponse().read()
    link.close()
    assert gateway.behave(name="normal")["calls"] == 2_050
    assert len(gateway.calls(2_000)) == 2_000
