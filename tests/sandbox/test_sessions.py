"""Sessions of applications that speak more than HTTP: recognised, fed and held, whatever their servers answer."""

import base64
import hashlib
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import pytest

from sandbox.load.unit import REQUEST, SESSION, unit_of
from sandbox.sessions import find
from sandbox.sessions.gradio_inputs import SOUND, Unknown, inputs
from tests.sandbox.sources import served as server_of
from tests.sandbox.test_inside import client, load

wire = load("protobuf_wire")
ws_client = load("ws_client")
streamlit = load("session_streamlit")
gradio = load("session_gradio")


# protobuf


def number(field, value):
    return bytes([field << 3]) + varint(value)


def nested(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def varint(value):
    found = b""
    while value > 0x7F:
        found, value = found + bytes([value & 0x7F | 0x80]), value >> 7
    return found + bytes([value])


def test_fields_of_a_message_are_read_in_their_order():
    message = number(6, 300) + nested(40, b"text") + bytes([9 << 3 | 1]) + b"12345678" + bytes([9 << 3 | 5]) + b"1234"
    assert list(wire.fields(message)) == [(6, 300), (40, b"text"), (9, b"12345678"), (9, b"1234")]
    assert wire.numbers(varint(3) + varint(200)) == [3, 200]
    assert wire.field(number(1, 4) + number(1, 5), 1) == 5


@pytest.mark.parametrize(
    "message", [b"\x08", b"\x0a\x05abc", b"\x0b", b"\x08" + b"\xff" * 12, nested(2, b"x")[:-1]], ids=range(5)
)
def test_message_that_is_none_is_refused(message):
    with pytest.raises(ValueError, match=r"cut off|wire type|ten bytes"):
        list(wire.fields(message))


# a page of Streamlit


def delta(path, **element):
    new = nested(3, b"".join(nested(int(kind[1:]), text) for kind, text in element.items()))
    return nested(2, nested(2, b"".join(map(varint, path)))) + nested(5, new)


def block(path):
    return nested(2, nested(2, b"".join(map(varint, path)))) + nested(5, nested(6, b""))


def page_of(*messages):
    page = streamlit.Page()
    for message in messages:
        page.take(message)
    return page


def test_page_is_what_stands_on_it_at_the_end():
    page = page_of(
        nested(4, b""),
        delta((0, 0), _44=b"wait"),
        delta((0, 1, 0), _29=b"gone with its block"),
        block((0, 1)),
        delta((0, 0), _29=b"one"),
        delta((0, 1, 0), _29=b"two"),
        delta((0, 2), _10=b"a chart"),
        number(6, 0),
    )
    found = page.elements()
    assert (page.is_finished, page.has_failed) == (True, False)
    assert {kind: len(digests) for kind, digests in found.items()} == {"29": 2, "10": 1}
    assert len(set(found["29"])) == 2
    assert found["10"] == [""]


def test_script_that_runs_again_by_itself_has_not_finished():
    page = page_of(delta((0, 0), _29=b"old"), number(6, 2))
    assert not page.is_finished
    page.take(nested(4, b""))
    page.take(number(6, 0))
    assert (page.is_finished, page.elements()) == (True, {})


def test_exception_fails_a_session_and_a_warning_does_not():
    assert page_of(delta((0, 0), _8=nested(1, b"ValueError"))).has_failed
    assert not page_of(delta((0, 0), _8=nested(1, b"Deprecated") + number(5, 1))).has_failed
    assert page_of(number(6, 1)).has_failed


# the WebSocket


class websocket:  # noqa: N801 - reads as a function
    """A server of one WebSocket: shakes hands unless `head` is another answer, sends `sent`, and keeps what came."""

    def __init__(self, sent=b"", head=None):
        self._sent, self._head, self.came = sent, head, b""

    def __enter__(self):
        self._socket = socket.create_server(("", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        self.port = self._socket.getsockname()[1]
        return self

    def _serve(self):
        link, _ = self._socket.accept()
        with link:
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += link.recv(4096)
            key = asked.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
            accepted = base64.b64encode(hashlib.sha1(key + ws_client.GUID.encode(), usedforsecurity=False).digest())
            switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: " + accepted
            link.sendall((self._head or switch) + b"\r\n\r\n" + self._sent)
            while chunk := link.recv(4096):
                self.came += chunk

    def __exit__(self, *_):
        self._thread.join()
        self._socket.close()


def frame(message, opcode=2, final=True):
    size = bytes([len(message)]) if len(message) < 126 else bytes([126]) + len(message).to_bytes(2, "big")
    return bytes([0x80 * final | opcode]) + size + message


def visit(server, seconds=5.0):
    return streamlit.session(server.port, {"path": "/_stcore/stream"}, seconds)


def test_session_lasts_until_the_script_has_finished():
    pieces = delta((0, 0), _29=b"x" * 300)
    sent = frame(b"", opcode=9) + frame(pieces[:7], final=False) + frame(pieces[7:], 0) + frame(number(6, 0))
    with websocket(sent) as server:
        answer = visit(server)
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert list(json.loads(answer.body)["elements"]) == ["29"]
    # Masked, as RFC 6455 asks of a client: the request to run the script, the pong, and the end.
    assert [server.came[at] for at in (0, 8, 14)] == [0x82, 0x8A, 0x88]
    assert bytes(byte ^ server.came[2 + at % 4] for at, byte in enumerate(server.came[6:8])) == streamlit.RERUN


@pytest.mark.parametrize(
    ("sent", "head", "kind", "status"),
    [
        (b"", b"HTTP/1.1 403 Forbidden", "protocol", 403),
        (b"", b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: nonsense", "protocol", None),
        (frame(b"", opcode=8), None, "closed", None),
        (b"\xc2\x00", None, "protocol", None),
        (b"\x82\x81abcde", None, "protocol", None),
        (frame(b"\x0b"), None, "protocol", None),
        (b"\x82\x7f" + b"\x00\x00\x01" + b"\x00" * 5, None, "too_large", None),
        (frame(number(7, 1)), None, "timeout", None),
    ],
    ids=["refused", "another_accept", "closed", "compressed", "masked", "no_protobuf", "too_large", "never_finished"],
)
def test_server_that_does_otherwise_fails_the_session_in_time(sent, head, kind, status):
    began = time.monotonic()
    with websocket(sent, head) as server, pytest.raises(client.NoAnswer) as raised:
        visit(server, seconds=1.0)
    assert (raised.value.kind, raised.value.status) == (kind, status)
    assert time.monotonic() - began < 5


# a function of Gradio


def test_events_are_followed_to_the_one_that_ends_a_call():
    events = gradio.Events()
    assert not events.take(b"event: heartbeat\ndata: null\n\nevent: generating\ndata: [1]\n\nevent: comp")
    assert events.take(b'lete\ndata: ["Hello"]\n\nevent: error\ndata: null\n\n')
    assert (events.ended, json.loads(events.data)) == ("complete", ["Hello"])


class Queue(BaseHTTPRequestHandler):
    """The routes of Gradio, as 6.31 and (below /run) 3.50 answer them."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = self.path.rpartition("/")[2]
        if name == "full":
            self.answer(503, "application/json", b'{"detail":"Queue is full"}')
        elif self.path.startswith("/run"):
            self.answer(200, "application/json", json.dumps({"data": body["data"], "duration": 0.1}).encode())
        else:
            self.answer(200, "application/json", b'{"event_id":"75df5b7c"}')

    def do_GET(self):
        name = self.path.split("/")[-2]
        ended = b"event: error\ndata: null\n\n" if name == "raises" else b'event: complete\ndata: ["Hello"]\n\n'
        self.answer(200, "text/event-stream", b"event: heartbeat\ndata: null\n\n" + (b"" if name == "cut" else ended))

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def queue():
    with server_of(Queue, "") as address:
        yield urlsplit(address).port


@pytest.mark.parametrize(
    ("path", "status", "data"),
    [
        ("/gradio_api/call/greet", 200, ["Hello"]),
        ("/gradio_api/call/raises", 500, None),
        ("/gradio_api/call/full", 503, None),
        ("/run/greet", 200, ["Ada"]),
    ],
    ids=["answered", "raises", "queue_full", "before_version_4"],
)
def test_call_ends_as_its_function_does(path, status, data, queue):
    answer = gradio.session(queue, {"path": path, "body": '{"data": ["Ada"]}'}, 5.0)
    assert (answer.status, json.loads(answer.body).get("data")) == (status, data)


def test_call_whose_events_end_too_early_is_no_answer(queue):
    with pytest.raises(client.NoAnswer, match="closed"):
        gradio.session(queue, {"path": "/call/cut", "body": "{}"}, 5.0)


FILE = {"path": "https://example.org/bus.png", "meta": {"_type": "gradio.FileData"}}


def parameter(**members):
    return {"parameter_has_default": False, "parameter_default": None, "type": {}} | members


def test_inputs_are_what_the_page_shows_first_else_examples_else_what_fits():
    parameters = [
        parameter(parameter_has_default=True, parameter_default="red", example_input="green"),
        parameter(example_input="Hello!!"),
        parameter(type={"type": "number", "minimum": 3}),
        parameter(type={"enum": ["a", "b"]}),
        parameter(parameter_has_default=True, parameter_default=FILE, example_input={"text": "x", "files": [FILE]}),
    ]
    given = inputs(parameters, lambda file: file[0])
    assert given == ["red", "Hello!!", 3, "a", {"text": "x", "files": ["assay.ppm"]}]


def test_input_that_nobody_can_make_up_is_unknown():
    for one in (parameter(type={"type": "strange"}), parameter(example_input={"path": "https://x/film.mp4"})):
        with pytest.raises(Unknown):
            inputs([one], lambda file: file)


def test_sound_is_a_wave_file_of_plain_characters():
    assert SOUND[2].isascii()
    assert int.from_bytes(SOUND[2][4:8].encode(), "little") == len(SOUND[2]) - 8


# who is recognised


def served(routes):
    """Asks like the probe does: `routes` answers {(method, path): body}; everything else is a page."""

    def ask(row):
        body = routes.get((row["method"], row["path"]), None)
        if callable(body):
            body = body(row)
        if isinstance(body, int):
            return {"status": body, "body": "", "cut": False}
        found = body is not None
        text = (body if isinstance(body, str) else json.dumps(body)) if found else "<html>"
        return {"status": 200 if found else 404, "body": text, "cut": False}

    return ask


CONFIG = {"version": "6.31.0", "components": [], "dependencies": []}
INFO = {
    "named_endpoints": {
        "/clear": {"parameters": []},
        "/greet": {"parameters": [parameter(example_input="Hello!!")]},
        "/../etc": {"parameters": [parameter(example_input="x")]},
        "/odd": {"parameters": [parameter(type={"type": "strange"})]},
    }
}


def test_gradio_is_called_by_its_functions_that_take_inputs():
    ask = served(
        {
            ("GET", "/config"): CONFIG | {"api_prefix": "/gradio_api"},
            ("GET", "/gradio_api/info?serialize=False"): INFO,
            ("POST", "/gradio_api/call/greet"): 422,
        }
    )
    kind, [row] = find(ask, "/")
    assert (kind, row["session"], row["method"], row["path"]) == ("gradio", "gradio", "POST", "/gradio_api/call/greet")
    assert json.loads(row["body"]) == {"data": ["Hello!!"]}


def test_gradio_of_before_is_called_by_run():
    ask = served({("GET", "/config"): CONFIG, ("GET", "/info?serialize=False"): INFO})
    assert [row["path"] for row in find(ask, "/")[1]] == ["/run/greet"]


def test_gradio_that_describes_nothing_has_no_session():
    ask = served({("GET", "/config"): CONFIG, ("GET", "/info?serialize=False"): ["no", "object"]})
    assert find(ask, "/") == ("gradio", [])


def test_streamlit_is_found_below_its_base_path():
    ask = served({("GET", "/bikes/_stcore/health"): "ok"})
    [row] = find(ask, "/bikes/_stcore/health")[1]
    assert (row["session"], row["path"]) == ("streamlit", "/bikes/_stcore/stream")


@pytest.mark.parametrize("config", [{"theme": "dark"}, [1], "words", CONFIG | {"api_prefix": "//evil"}], ids=range(4))
def test_other_application_with_a_config_is_sent_no_session(config):
    assert find(served({("GET", "/config"): config}), "/")[1] == []


def test_unit_of_a_load_is_a_request_unless_it_says_otherwise():
    assert (unit_of({}), unit_of({"unit": "session"})) == (REQUEST, SESSION)
    assert [REQUEST.many(4.4), SESSION.many(4.44), SESSION.many(1), SESSION.many(12.5)] == [
        *("4 requests", "4.4 sessions", "1 session", "12 sessions"),
    ]
