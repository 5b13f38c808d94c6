"""Asking an application as its own page does: which field, which functions, and what of the page is the answer."""

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import sandbox
from sandbox.assistant.askers import all_kinds, conversation, kind_of
from sandbox.assistant.gradio_page import Page
from tests.sandbox.sources import served
from tests.sandbox.test_inside import client, load, run
from tests.sandbox.test_sessions import delta, frame, nested, number, page_of, websocket

INSIDE = Path(sandbox.__file__).parent / "inside"
shown = load("page_streamlit")
fields = load("fields_streamlit")
gradio = load("asker_gradio")


def test_requests_of_http_are_tried_first_and_every_other_way_has_its_script():
    first, *others = all_kinds()
    assert (first.id, first.is_http, kind_of({}).id) == ("http", True, "http")
    assert all((INSIDE / f"asker_{kind.id}.py").is_file() and not kind.is_http for kind in others)


# a page of Streamlit


def text(name, label, kind=24, **members):
    """A text field (24), a text area (22) or a button (19), with more of its fields by number."""
    more = b"".join(
        number(int(key[1:]), value) if isinstance(value, int) else nested(int(key[1:]), value)
        for key, value in members.items()
    )
    return {f"_{kind}": nested(1, name) + nested(2, label) + more}


def asked(*elements, wanted=""):
    """The widgets that a question on a page of these elements sets: {id: WidgetState}."""
    page = page_of(*(delta((0, place), **element) for place, element in enumerate(elements)))
    return fields.question_states(page, "Why?", wanted)


WHY = nested(6, b"Why?")
PRESSED = bytes([2 << 3, 1])


def test_question_goes_into_the_chat_input_in_both_forms_that_releases_know():
    said = nested(1, b"Why?")
    found = asked(text(b"name", b"Name"), {"_49": nested(1, b"chat")})
    assert found == {b"chat": nested(14, said) + nested(15, said)}


def test_question_goes_into_the_field_that_is_named_like_one_and_its_form_is_sent():
    found = asked(
        text(b"who", b"Your name", _7=b"form"),
        text(b"what", b"Your question", kind=22, _7=b"form"),
        text(b"elsewhere", b"Filter"),
        text(b"reset", b"Reset", kind=19),
        text(b"other", b"Ask somebody", kind=19),
        text(b"go", b"OK", kind=19, _5=b"form", _6=1),
    )
    assert found == {b"who": nested(6, b"Vornhagen"), b"what": WHY, b"go": PRESSED}


def test_question_without_a_form_presses_the_button_that_sends():
    found = asked(text(b"b", b"Clear chat", kind=19), text(b"q", b"Say something"), text(b"c", b"Send", kind=19))
    assert found == {b"q": WHY, b"c": PRESSED}


def test_declared_label_names_the_field():
    found = asked(text(b"q", b"Your question"), text(b"t", b"Topic of the poem"), wanted="topic")
    assert found[b"t"] == WHY


def test_page_without_a_field_has_no_answer():
    with pytest.raises(client.NoAnswer, match="no field for a question"):
        asked(text(b"k", b"OpenAI API key", _4=1), text(b"d", b"Disabled", _12=1))


def test_empty_field_for_a_key_is_filled_first():
    page = page_of(delta((1, 0), **text(b"k", b"Password", _4=1)), delta((1, 1), **text(b"s", b"Token", _3=b"set")))
    assert fields.key_fields(page) == [b"k"]


def markdown(words):
    return {"_29": nested(1, words)}


def alert(words, form):
    return {"_30": nested(1, words) + number(2, form)}


def new(*elements, before=()):
    """What is new on a page after "Why?", which stood there with `before`."""
    old = page_of(*(delta((0, place), **element) for place, element in enumerate(before)))
    page = page_of(*(delta((0, place), **element) for place, element in enumerate((*before, *elements))))
    return shown.said(page.parts(), shown.Said(old.parts()), "Why?")


def test_answer_is_what_is_new_without_the_question():
    found = new(markdown(b"Why?"), markdown(b"Hello"), markdown(b"Because."), before=[markdown(b"Hello")])
    assert (found.text, found.kinds) == ("Hello\nBecause.", [29, 29])


@pytest.mark.parametrize(
    ("elements", "worst"),
    [
        ([markdown(b"Because."), alert(b"Not checked", 2)], 2),
        ([alert(b"Try again", 2)], 1),
        ([markdown(b"Half an"), alert(b"It broke", 1)], 1),
    ],
    ids=["warning_beside_an_answer", "warning_alone", "error"],
)
def test_error_is_what_a_person_is_left_with(elements, worst):
    assert new(*elements).worst == worst


def test_json_that_is_shown_raw_gives_a_page_another_form():
    assert new(markdown(b"Because.")).form() != new(markdown(b'{"answer": 1}')).form()


def visit(*messages, question="Why?"):
    """The answer of a page that says these messages to whoever opens it."""
    with websocket(b"".join(map(frame, messages))) as server:
        request = {"method": "GET", "path": "/_stcore/stream", "asker": "streamlit", "question": question, "key": "k"}
        (answer,) = run(
            "ask", {"port": server.port, "requests": [request], "together": 1, "total_s": 5, "body_bytes": 999}
        )["answers"]
    return answer


OPENED = (nested(4, b""), delta((0, 0), **markdown(b"Ask me")), delta((2, 0), _49=nested(1, b"chat")), number(6, 0))


@pytest.mark.parametrize(
    ("elements", "status", "body"),
    [
        ([markdown(b"Be"), markdown(b"Because.")], 200, "Because."),
        ([{"_8": nested(1, b"APIError") + nested(2, b"gone") + nested(3, b'File "/app/app.py"')}], 500, "APIError"),
        ([alert(b"Try again", 1)], 503, "Try again"),
        ([], None, ""),
        ([{"_29": b"\x0b"}], None, ""),
    ],
    ids=["answered", "raised", "error_shown", "nothing_new", "no_protobuf_within"],
)
def test_page_that_is_asked_answers_with_what_it_shows_then(elements, status, body):
    after = [delta((0, 1), **element) for element in elements]
    answer = visit(*OPENED, nested(4, b""), OPENED[1], *after, number(6, 0))
    assert (answer["status"], body in answer["body"]) == (status, True)
    assert answer["pieces"] == len(elements) or status is None


def test_question_is_asked_on_the_first_page_that_has_a_field():
    pages = b"".join(nested(8, nested(1, name)) for name in (b"main", b"about", b"chat"))
    empty = (nested(4, pages), delta((0, 0), **markdown(b"Welcome")), number(6, 0))
    chat = (nested(4, pages), *OPENED[1:])
    answer = visit(*empty * 3, *chat, *chat[:2], delta((0, 1), **markdown(b"Because.")), number(6, 0))
    assert (answer["status"], answer["body"]) == (200, "Because.")


# a page of Gradio


def component(number, kind, **props):
    return {"id": number, "type": kind, "props": props}


def function(number, inputs, outputs, target=(None, "then"), **more):
    return {"id": number, "inputs": inputs, "outputs": outputs, "targets": [list(target)], "backend_fn": True, **more}


CONFIG = {
    "protocol": "sse_v3",
    "api_prefix": "/gradio_api",
    "components": [
        component(1, "chatbot", value=[]),
        component(2, "textbox", label="Message"),
        component(3, "state"),
        component(4, "textbox", label="API key", type="password"),
        component(5, "dropdown", choices=[["Small", "small"], ["Large", "large"]]),
        component(6, "button"),
        component(7, "image"),
    ],
    "dependencies": [
        function(0, [2], [7], (6, "click"), api_name="draw"),
        function(1, [1], [1], (6, "click"), api_name="undo"),
        function(2, [2, 1, 3, 4, 5], [2, 1], (2, "submit"), api_name="user"),
        function(3, [1], [1], api_name=False, trigger_after=2),
    ],
}


def test_question_goes_through_the_functions_that_the_page_calls_one_after_the_other():
    (way,) = Page.of(CONFIG).ways(key="sk")
    assert (way["path"], way["at"], [step["fn"] for step in way["steps"]]) == ("/gradio_api/call/user", "2", [2, 3])
    assert way["values"] == {"1": [], "2": "", "3": None, "4": "sk", "5": "small"}


def test_chat_interface_is_asked_by_what_it_offers_to_programs():
    chat = function(9, [2, 3], [1], (6, "click"), api_name="chat")
    page = Page.of(CONFIG | {"dependencies": [*CONFIG["dependencies"], chat]})
    assert [way["path"].rpartition("/")[2] for way in page.ways()] == ["chat", "user"]
    assert [way["path"] for way in page.ways("/gradio_api/call/user")] == ["/gradio_api/call/user"]
    assert page.ways(label="nothing like it") == []


def test_function_that_is_offered_to_programs_comes_before_the_plumbing_of_the_page():
    offered = function(9, [2, 3], [1], (6, "click"), api_name="respond", api_visibility="public")
    hidden = function(8, [2], [1], (2, "submit"), api_name="question", api_visibility="undocumented")
    page = Page.of(CONFIG | {"dependencies": [hidden, offered]})
    assert [way["path"].rpartition("/")[2] for way in page.ways()] == ["respond", "question"]


@pytest.mark.parametrize(
    "config",
    [None, [], {}, CONFIG | {"protocol": "ws"}, CONFIG | {"api_prefix": "//evil"}, CONFIG | {"dependencies": 3}],
    ids=range(6),
)
def test_what_is_no_page_of_gradio_is_none(config):
    assert Page.of(config) is None


@pytest.mark.parametrize("broken", [[3], [{"id": "x"}], [function(1, [[2]], ["a"], ())], [function(1, [2, {}], [1])]])
def test_functions_that_contradict_the_page_are_left_out(broken):
    assert Page.of(CONFIG | {"dependencies": broken}).ways() == []


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("Hello", "Hello"),
        ([{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "Because."}], "Because."),
        ([{"role": "user", "content": "a"}, {"role": "assistant", "content": [{"type": "text", "text": "b"}]}], "b"),
        ([["Hi", "Hello"], ["Why?", "Because."]], "Because."),
        ([["Why?", None]], ""),
        ({"label": "spam", "confidences": []}, "spam"),
        ({"odd": 1}, '{"odd": 1}'),
        (None, ""),
        (True, ""),
    ],
)
def test_answer_is_the_last_turn_of_a_conversation_or_what_an_output_says(value, said):
    assert gradio.spoken(value) == said


class Queue(BaseHTTPRequestHandler):
    """The queue of a page, as 4.44, 5.49 and 6.31 answer: what `fn_index` names says what happens."""

    sent: dict = {}

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.sent[body["session_hash"]] = body
        self.answer(503 if body["fn_index"] == 9 else 200, b'{"event_id":"75df5b7c"}')

    def do_GET(self):
        body = self.sent[self.path.partition("session_hash=")[2]]
        kind = body["fn_index"]
        rows = [{"msg": "process_starts"}, {"msg": "heartbeat"}]
        if kind == 1:
            rows += [{"msg": "process_generating", "success": True, "output": {"data": [["append", [], "x"]]}}] * 3
        good = {"data": [f"about {body['data'][0]}"]}
        output = {
            2: {"error": None},
            3: {"error": "Not now", "duration": 10, "visible": True},
            4: {"error": "KeyError: 'x'", "visible": True},
            5: {"data": [{"__type__": "update", "visible": True}]},
        }.get(kind, good)
        rows += [{"msg": "process_completed", "success": kind not in (2, 3, 4), "output": output}] * (kind != 6)
        self.answer(200, b"".join(b"data: " + json.dumps(row).encode() + b"\n\n" for row in rows))

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def queue():
    with served(Queue, "") as address:
        yield urlsplit(address).port


def use(queue, *functions):
    """The answer of one use of these functions, each of which gives its output to the next."""
    steps = [
        {"fn": one, "trigger": None, "inputs": [place], "outputs": [place + 1]} for place, one in enumerate(functions)
    ]
    route = conversation("gradio", "/call/x", prefix="/gradio_api", steps=steps, values={"0": ""}, at="0")
    request = kind_of(route).request(route | {"method": "POST", "is_message": False}, "Why?")
    asked = {"port": queue, "requests": [request], "together": 1, "total_s": 5, "body_bytes": 999}
    return run("ask", asked)["answers"][0]


@pytest.mark.parametrize(
    ("functions", "status", "body", "pieces"),
    [
        ([0], 200, "about Why?", 1),
        ([1], 200, "about Why?", 4),
        ([0, 0], 200, "about Why?\nabout about Why?", 1),
        ([2], 500, "the function failed", 0),
        ([3], 503, "Not now", 0),
        ([4], 500, "KeyError: 'x'", 0),
        ([5], None, "", 0),
        ([6], None, "", 0),
        ([9], None, "", 0),
    ],
    ids=["plain", "bit_by_bit", "chain", "raised", "meant", "shown", "nothing_new", "cut", "queue_full"],
)
def test_function_that_is_asked_answers_with_its_outputs(functions, status, body, pieces, queue):
    answer = use(queue, *functions)
    assert (answer["status"], answer["body"], answer["pieces"]) == (status, body, pieces)
