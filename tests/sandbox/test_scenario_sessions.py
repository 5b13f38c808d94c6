"""What the scenario probe makes of services that people reach over a WebSocket or by sessions, here on real servers."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from sandbox.faults import Cancellation
from sandbox.probes.scenario import gather
from tests.sandbox.sources import served as server_of
from tests.sandbox.test_inside import run

HANDSHAKE = '0{"sid":"lv_VI97HAXpY6yYWAAAC","upgrades":["websocket"],"pingInterval":25000}'
PAGE = "<html><title>Chat</title><script src='/app.js'></script></html>"
OPENS = "<html><script>const link = new WebSocket(`ws://${location.host}/chat`)</script></html>"
CONFIG = {"version": "6.31.0", "api_prefix": "/gradio_api", "components": [], "dependencies": []}
INFO = {"named_endpoints": {"/greet": {"parameters": [{"example_input": "Hello!!"}]}}}
GRADIO = {
    "/": PAGE,
    "/config": json.dumps(CONFIG),
    "/gradio_api/info": json.dumps(INFO),
    "/gradio_api/call/greet": '{"event_id":"75df5b7c"}',
    "/gradio_api/call/greet/75df5b7c": 'event: complete\ndata: ["Hello"]\n\n',
}


@contextmanager
def served(pages):
    """The port of a server with these bodies by path; anything else is not found."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = pages.get(self.path.partition("?")[0])
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html" if body and body.startswith("<") else "application/json")
            self.send_header("Content-Length", str(len((body or "").encode())))
            self.end_headers()
            self.wfile.write((body or "").encode())

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *args):
            pass

    with server_of(Handler, "") as address:
        yield urlsplit(address).port


def scenario(pages, openapi=None, **hints):
    with served(pages) as port:
        pod = SimpleNamespace(tool=lambda name, request, **_: run(name, request))
        seen = {"boot": {"port": port, "health_path": "/", "openapi": openapi}}
        return gather(
            SimpleNamespace(
                pod=pod, port=port, seen=seen, plan=SimpleNamespace(hints=hints), cancellation=Cancellation()
            )
        )


@pytest.mark.parametrize(
    ("pages", "hints"),
    [
        ({"/": PAGE, "/socket.io/": HANDSHAKE}, {"routes": [{"path": "/", "method": "GET"}]}),
        ({"/": OPENS}, {}),
        ({"/": PAGE}, {"framework": "chainlit"}),
        ({"/": PAGE, "/config": json.dumps(CONFIG | {"auth_required": True})}, {}),
    ],
    ids=["socket_io", "page_opens_websocket", "framework", "gradio_without_functions"],
)
def test_page_of_an_application_that_is_reached_otherwise_is_a_shell(pages, hints):
    found = scenario(pages, **hints)
    assert (found["shell"], found["sessions"]) == (True, [])
    assert [row["path"] for row in found["requests"]] == ["/"]


@pytest.mark.parametrize(
    ("pages", "hints", "source"),
    [
        ({"/": PAGE, "/items": "[]", "/socket.io/": HANDSHAKE}, {"routes": [{"path": "/items"}]}, "routes"),
        ({"/": OPENS, "/items": "[]"}, {"load": {"requests": [{"path": "/items"}]}}, "manifest"),
        ({"/": PAGE}, {}, "page"),
        (dict.fromkeys(("/", "/config", "/_stcore/health", "/socket.io/"), PAGE), {}, "page"),
    ],
    ids=["routes_of_its_own", "declared", "plain_page", "page_for_everything"],
)
def test_service_with_requests_of_its_own_is_no_shell(pages, hints, source):
    found = scenario(pages, **hints)
    assert (found["shell"], found["sessions"], found["source"]) == (False, [], source)


@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/run/{api_name}"], ids=["6.31", "3.50"])
def test_functions_of_gradio_are_tried_and_not_the_plumbing_that_it_describes(path):
    described = json.dumps({"paths": {path: {"post": {}}, "/config": {"get": {}}}})
    found = scenario(GRADIO | {"/openapi.json": described}, openapi="/openapi.json")
    assert (found["session"], found["shell"]) == ("gradio", False)
    assert [(row["session"], row["path"], row["status"]) for row in found["sessions"]] == [
        ("gradio", "/gradio_api/call/greet", 200),
    ]


def test_function_that_fails_is_put_under_load_all_the_same():
    found = scenario(GRADIO | {"/gradio_api/call/greet/75df5b7c": "event: error\ndata: null\n\n"})
    assert [(row["path"], row["status"]) for row in found["sessions"]] == [("/gradio_api/call/greet", 500)]
