"""Asking a Chainlit application: what of its conversation is the answer, here from a server of prepared packets."""

import json

import pytest

from sandbox.assistant.askers import conversation, kind_of
from tests.sandbox.test_inside import run
from tests.sandbox.test_sessions import frame, websocket


def event(kind, **data):
    return f"42{json.dumps([kind, data])}"


def turn(words, kind="new_message", **more):
    return event(kind, id="a", type="assistant_message", output=words, name="Assistant", **more)


def talk(*packets):
    """The answer of an application that says these packets of Socket.IO to whoever connects."""
    with websocket(b"".join(frame(packet.encode(), 1) for packet in packets)) as server:
        route = conversation("chainlit", "/ws/socket.io/?EIO=4&transport=websocket", key_names=["OPENAI_API_KEY"])
        request = kind_of(route).request(route, "Why?")
        asked = {"port": server.port, "requests": [request], "together": 1, "total_s": 5, "body_bytes": 999}
        return run("ask", asked)["answers"][0], server.came


GREETING = (
    event("task_end"),
    "431[]",
    event("task_start"),
    turn("Welcome"),
    "432[]",
    turn("Ask me"),
    event("task_end"),
)
CONNECTED = ('0{"sid":"x"}', "2", '40{"sid":"y"}', *GREETING, event("task_start"))
ENDED = event("task_end")


@pytest.mark.parametrize(
    ("packets", "status", "body", "pieces"),
    [
        ([turn("Because."), ENDED], 200, "Because.", 1),
        (
            [
                turn("", "stream_start"),
                event("stream_token", id="a", token="Be"),
                event("stream_token", id="a", token="cause."),
                turn("Because.", "update_message"),
                ENDED,
            ],
            200,
            "Because.",
            2,
        ),
        ([turn("Not now", isError=True), ENDED], 503, "Not now", 1),
        (
            [event("new_message", id="e", type="assistant_message", output="boom", name="Error", isError=True), ENDED],
            500,
            "boom",
            1,
        ),
        ([event("new_message", id="u", type="user_message", output="Why?"), ENDED], None, "", 0),
        (["42no json"], None, "", 0),
    ],
    ids=["said", "bit_by_bit", "error_meant", "raised", "nothing_said", "no_json"],
)
def test_chat_that_is_asked_answers_with_the_turns_after_the_question(packets, status, body, pieces):
    answer, _ = talk(*CONNECTED, *packets)
    assert (answer["status"], answer["body"], answer["pieces"]) == (status, body, pieces)


def test_chat_that_wants_a_login_has_no_answer():
    answer, _ = talk('0{"sid":"x"}', '44{"message":"authentication failed"}')
    assert (answer["status"], answer["error"]) == (None, "protocol: the connection was refused")
