"""OpenAI's interface of the model gateway, over a real socket: the exact forms that clients read."""

import base64
import struct

import pytest

from tests.sandbox.gateway_process import Gateway, said

CHAT = "/v1/chat/completions"
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Current weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"enum": ["c", "f"]}},
            "required": ["city"],
        },
    },
}


@pytest.fixture(scope="module")
def gateway():
    with Gateway() as gateway:
        yield gateway


def test_answer_names_what_was_asked_and_is_the_same_again(gateway):
    request = {"model": "gpt-4o-mini", "messages": said("What is the refund policy?")}
    status, first = gateway.post(CHAT, request)
    choice = first["choices"][0]
    assert (status, first["object"], first["model"]) == (200, "chat.completion", "gpt-4o-mini")
    assert "What is the refund policy?" in choice["message"]["content"]
    assert (choice["finish_reason"], choice["message"]["role"]) == ("stop", "assistant")
    usage = first["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] > 10
    assert gateway.post(CHAT, request)[1] == first
    assert gateway.post(CHAT, request | {"messages": said("Something else")})[1]["id"] != first["id"]


def test_stream_gives_the_same_text_in_chunks_and_ends_with_usage_and_done(gateway):
    request = {"model": "m", "messages": said("Tell me a story")}
    whole = gateway.post(CHAT, request)[1]
    chunks = gateway.stream(CHAT, request | {"stream": True, "stream_options": {"include_usage": True}})
    assert chunks.pop() == "[DONE]"
    assert chunks[-1]["choices"] == []
    assert chunks.pop()["usage"] == whole["usage"]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0]["role"] == "assistant"
    assert "".join(delta.get("content") or "" for delta in deltas) == whole["choices"][0]["message"]["content"]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert len(chunks) > 5


def test_tool_that_fits_is_called_once_and_its_result_is_told(gateway):
    request = {"model": "m", "messages": said("How is the weather in Paris?"), "tools": [WEATHER]}
    choice = gateway.post(CHAT, request)[1]["choices"][0]
    call = choice["message"]["tool_calls"][0]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)
    assert call["function"] == {"name": "get_weather", "arguments": '{"city": "city", "unit": "c"}'}
    results = [choice["message"], {"role": "tool", "tool_call_id": call["id"], "content": "Sunny, 21 degrees"}]
    after = gateway.post(CHAT, request | {"messages": request["messages"] + results})[1]["choices"][0]
    assert "Sunny, 21 degrees" in after["message"]["content"]


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ("none", False),
        ("auto", False),
        ("required", True),
        ({"type": "function", "function": {"name": "get_weather"}}, True),
    ],
)
def test_tool_choice_decides_where_nothing_fits(gateway, choice, called):
    request = {"model": "m", "messages": said("Sing"), "tools": [WEATHER], "tool_choice": choice}
    assert ("tool_calls" in gateway.post(CHAT, request)[1]["choices"][0]["message"]) is called


def test_streamed_tool_call_has_its_arguments_in_pieces(gateway):
    chunks = gateway.stream(CHAT, {"model": "m", "messages": said("weather?"), "tools": [WEATHER], "stream": True})
    pieces = [call for one in chunks[:-1] for call in one["choices"][0]["delta"].get("tool_calls", ())]
    assert (pieces[0]["function"]["name"], pieces[0]["index"]) == ("get_weather", 0)
    assert "".join(piece["function"]["arguments"] for piece in pieces) == '{"city": "city", "unit": "c"}'


def test_limits_stops_and_choices_are_kept_to(gateway):
    base = {"model": "m", "messages": said("hello")}
    short = gateway.post(CHAT, base | {"max_tokens": 3})[1]
    assert (short["choices"][0]["finish_reason"], len(short["choices"][0]["message"]["content"])) == ("length", 12)
    assert short["usage"]["completion_tokens"] == 3
    assert "answer" not in gateway.post(CHAT, base | {"stop": [" answer"]})[1]["choices"][0]["message"]["content"]
    assert len(gateway.post(CHAT, base | {"n": 3})[1]["choices"]) == 3


def test_vectors_have_length_one_and_are_near_for_texts_that_share_words(gateway):
    texts = ["refund of my money", "money refunds", "the dog barks"]
    document = gateway.post("/v1/embeddings", {"model": "text-embedding-3-small", "input": texts})[1]
    first, near, far = (row["embedding"] for row in document["data"])
    assert len(first) == 1536

    def likeness(one, other):
        return sum(a * b for a, b in zip(one, other, strict=True))

    assert likeness(first, first) == pytest.approx(1, abs=1e-3)
    assert likeness(first, near) > 0.4 > likeness(first, far)
    assert document["usage"]["total_tokens"] > 5


def test_vectors_come_in_the_asked_size_and_coding(gateway):
    request = {"model": "text-embedding-3-large", "input": "hello", "dimensions": 256}
    plain = gateway.post("/v1/embeddings", request)[1]["data"][0]["embedding"]
    coded = gateway.post("/v1/embeddings", request | {"encoding_format": "base64"})[1]["data"][0]["embedding"]
    assert list(struct.unpack("<256f", base64.b64decode(coded))) == pytest.approx(plain, abs=1e-6)
    assert len(gateway.post("/v1/embeddings", request | {"dimensions": None})[1]["data"][0]["embedding"]) == 3072


def test_response_is_the_same_plain_and_streamed(gateway):
    request = {"model": "gpt-4o", "input": "Where is the library?", "instructions": "Be short."}
    whole = gateway.post("/v1/responses", request)[1]
    text = whole["output"][0]["content"][0]["text"]
    assert (whole["object"], whole["status"]) == ("response", "completed")
    assert "Where is the library?" in text
    events = gateway.stream("/v1/responses", request | {"stream": True})
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert (events[0]["type"], events[-1]["type"]) == ("response.created", "response.completed")
    assert "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta") == text
    assert events[-1]["response"] == whole


def test_response_calls_a_function_and_goes_on_after_its_output(gateway):
    tool = {"type": "function", **WEATHER["function"]}
    call = gateway.post("/v1/responses", {"model": "m", "input": "weather?", "tools": [tool]})[1]["output"][0]
    assert (call["type"], call["name"], call["arguments"]) == (
        "function_call",
        "get_weather",
        '{"city": "city", "unit": "c"}',
    )
    told = {"type": "function_call_output", "call_id": call["call_id"], "output": "Rain"}
    turns = [*said("weather?"), call, told]
    after = gateway.post("/v1/responses", {"model": "m", "input": turns, "tools": [tool]})[1]["output"][0]
    assert "Rain" in after["content"][0]["text"]


def test_models_and_older_paths_and_prefixes_are_answered(gateway):
    assert gateway.raw("GET", "/v1/models")[0] == 200
    assert b'"id": "org/model-7b"' in gateway.raw("GET", "/v1/models/org%2Fmodel-7b")[2]
    assert (
        "say"
        in gateway.post("/v1/completions", {"model": "m", "prompt": "say", "max_tokens": 99})[1]["choices"][0]["text"]
    )
    for path in (
        "/openai/v1/chat/completions",
        "/openai/deployments/gpt/chat/completions?api-version=1",
        "/chat/completions",
    ):
        assert gateway.post(path, {"model": "m", "messages": said("hi")})[0] == 200
    assert gateway.post("/v1/moderations", {"input": "hi"})[1]["results"][0]["flagged"] is False


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        (CHAT, {"messages": said("x")}, 400, "model"),
        (CHAT, {"model": "m"}, 400, "messages"),
        (CHAT, {"model": "m", "messages": "hi"}, 400, "messages"),
        ("/v1/embeddings", {"model": "m", "input": []}, 400, "input"),
        ("/v1/images/generations", {"prompt": "cat"}, 404, "Unknown path"),
    ],
)
def test_mistakes_are_told_in_the_providers_form(gateway, path, body, status, words):
    got, document = gateway.post(path, body)
    assert got == status
    assert words in document["error"]["message"]
