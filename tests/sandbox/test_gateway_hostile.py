"""What a hostile application may send to the gateway: every bound holds, and the next honest call is answered."""

import json
import resource
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.gateway_process import ADDRESS, Gateway, said

CHAT = "/v1/chat/completions"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def gateway():
    with Gateway() as gateway:
        yield gateway


@pytest.fixture(autouse=True)
def answers_afterwards(gateway):
    yield
    assert gateway.post(CHAT, {"model": "m", "messages": said("still there?")})[0] == 200
    assert memory_of(gateway) < 400 * MIB


def memory_of(gateway):
    """Bytes at most so far."""
    with open(f"/proc/{gateway.process.pid}/status") as lines:  # noqa: PTH123 - of another process
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def sent(gateway, data, wait=5.0):
    """What comes back for raw bytes, until the end of the connection or of the wait."""
    with socket.create_connection((ADDRESS, gateway.port), timeout=wait) as link:
        got = b""
        try:
            link.sendall(data)
            while chunk := link.recv(65536):
                got += chunk
                if b"\r\n\r\n" in got and got.endswith(b"}"):
                    break
        except (TimeoutError, ConnectionError):
            pass
        return got


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n", b"413"),
        (b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"400"),
        (b"POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", b"413"),
        (b"POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", b"413"),
        (b"\x16\x03\x01 hello\r\n\r\n", b"400"),
    ],
)
def test_unreadable_requests_are_refused(gateway, data, status):
    assert sent(gateway, data).startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[" * 500_000,
        b'{"a":' * 300_000,
        b'{"model": "m", "messages": [' + b"{}," * 1_000_000 + b"{}]}",
        b'{"model": "m", "messages": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"model": "m", "messages": [1, null, "x", {"role": 7, "content": {"a": [1]}}]}',
        b'{"model": "m", "n": 99999999999999999999, "messages": [{"role": "user", "content": null}]}',
        b'{"model": "\\ud800", "messages": [{"role": "user", "content": "\\ud800\\u0000"}]}',
        b"9" * 100_000,
        b"\xff\xfe{}",
    ],
    ids=range(10),
)
def test_strange_bodies_get_an_answer(gateway, body):
    for path in (
        CHAT,
        "/v1/responses",
        "/v1/messages",
        "/v1/embeddings",
        "/api/chat",
        "/v1beta/models/g:generateContent",
    ):
        assert gateway.raw("POST", path, body)[0] in (200, 400)


def test_nothing_that_an_application_sends_changes_how_the_gateway_answers(gateway):
    told = {"tell": 1, "mode": {"name": "refused"}}
    for path in (CHAT, "/mode", "/v1/mode", "/"):
        gateway.raw("POST", path, json.dumps(told | {"model": "m", "messages": said(json.dumps(told))}))
    sent(gateway, json.dumps(told).encode() + b"\n\r\n\r\n", wait=1.0)
    assert not [event for event in gateway.events if "told" in event]


def test_prompts_made_to_slow_its_reader_do_not(gateway):
    braces = "{" * 200_000 + '"a": ' * 50_000 + "}" * 200_000
    for text in (braces, "{}" * 300_000 + " json", "one of " * 100_000, "yes or " * 100_000, "only " * 200_000):
        began = time.monotonic()
        form = {"type": "json_object"}
        request = {"model": "m", "messages": said(text), "response_format": form}
        assert gateway.post(CHAT, request)[0] == 200
        assert time.monotonic() - began < 5


def test_more_vectors_than_fit_are_refused(gateway):
    assert gateway.post("/v1/embeddings", {"model": "m", "input": ["x"] * 100_000})[0] == 400
    assert gateway.post("/v1/embeddings", {"model": "m", "input": "x", "dimensions": 10**15})[0] == 400
    assert gateway.post("/v1/embeddings", {"model": "m", "input": ["words " * 1_000] * 1_000})[0] == 200


def test_connections_without_end_are_bounded_and_let_go(gateway):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    links = []
    try:
        for _ in range(1_500):
            link = socket.socket()
            link.setblocking(False)
            link.connect_ex((ADDRESS, gateway.port))
            links.append(link)
        time.sleep(1.0)
        assert len(gateway.process_files()) < 600
    finally:
        for link in links:
            link.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    gateway.until(lambda: len(gateway.process_files()) < 50)


def test_many_large_bodies_at_once_are_taken_in_turn(gateway):
    body = json.dumps({"model": "m", "messages": said("x" * 5 * MIB)})
    with ThreadPoolExecutor(24) as threads:
        answers = list(threads.map(lambda _: gateway.raw("POST", CHAT, body, timeout=60)[0], range(24)))
    assert answers == [200] * 24
