"""The gateway over gRPC, as Google's older clients ask it: the same answers as by REST, and the same failures."""

import base64
import json

import pytest

from tests.sandbox.gateway_process import Gateway
from tests.sandbox.grpc_caller import HOST, MODELS, SERVICE, Caller, gemini, grpc

ASKED = {"model": "models/gemini-2.0-flash", "contents": [{"role": "user", "parts": [{"text": "Who paints?"}]}]}
REST = "/v1beta/models/gemini-2.0-flash:"


@pytest.fixture(scope="module")
def gateway():
    with Gateway(names=[HOST]) as gateway:
        yield gateway


@pytest.fixture
def caller(gateway):
    gateway.behave(name="normal")
    with Caller(gateway.tls_port) as caller:
        yield caller


def texts(documents):
    return "".join(one["candidates"][0]["content"]["parts"][0]["text"] for one in documents)


def test_answer_is_the_one_of_rest_plain_and_streamed(gateway, caller):
    whole = gateway.post(f"{REST}generateContent", ASKED)[1]
    code, (answer,) = caller.call(f"{SERVICE}GenerateContent", ASKED)
    assert (code, answer["candidates"]) == (
        0,
        [{"content": one["content"], "finishReason": "STOP", "index": 0} for one in whole["candidates"]],
    )
    assert answer["usageMetadata"] == whole["usageMetadata"]
    _, pieces = caller.call(f"{SERVICE}StreamGenerateContent", ASKED)
    assert (len(pieces) > 1, texts(pieces)) == (True, texts([whole]))
    call = gateway.calls(3)[-1]
    assert (call["path"], call["kind"], call["model"]) == (
        f"{SERVICE}StreamGenerateContent",
        "chat",
        "gemini-2.0-flash",
    )
    assert (call["stream"], call["tokens_out"]) == (True, whole["usageMetadata"]["candidatesTokenCount"])


def test_tool_is_called_its_result_told_and_a_schema_kept(caller):
    tool = {
        "name": "get_weather",
        "description": "weather",
        "parameters": {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}},
    }
    question = {"role": "user", "parts": [{"text": "weather?"}]}
    request = {"model": "models/g", "contents": [question], "tools": [{"functionDeclarations": [tool]}]}
    _, (answer,) = caller.call(f"{SERVICE}GenerateContent", request)
    called = answer["candidates"][0]["content"]["parts"][0]
    assert called == {"functionCall": {"name": "get_weather", "args": {"city": "city"}}}
    told = {"functionResponse": {"name": "get_weather", "response": {"sky": ["snow", 2.5, None, True]}}}
    request["contents"] += [{"role": "model", "parts": [called]}, {"role": "user", "parts": [told]}]
    assert "snow" in texts(caller.call(f"{SERVICE}GenerateContent", request)[1])
    shape = {"type": "OBJECT", "properties": {"ok": {"type": "BOOLEAN"}}, "required": ["ok"]}
    settings = {"responseMimeType": "application/json", "responseSchema": shape, "maxOutputTokens": 99}
    shaped = caller.call(f"{SERVICE}GenerateContent", ASKED | {"generationConfig": settings})[1]
    assert json.loads(texts(shaped)) == {"ok": True}


def test_texts_are_embedded_counted_and_models_listed(gateway, caller):
    content = {"model": "models/text-embedding-004", "content": {"parts": [{"text": "hello"}]}}
    rest = gateway.post("/v1beta/models/text-embedding-004:embedContent", content)[1]["embedding"]["values"]
    _, (one,) = caller.call(f"{SERVICE}EmbedContent", content)
    assert one["embedding"]["values"] == pytest.approx(rest, abs=1e-6)
    _, (both,) = caller.call(
        f"{SERVICE}BatchEmbedContents", {"model": content["model"], "requests": [content, content]}
    )
    assert both["embeddings"] == [one["embedding"]] * 2
    counted = caller.call(f"{SERVICE}CountTokens", {"model": "models/g", "generateContentRequest": ASKED})
    assert counted == caller.call(f"{SERVICE}CountTokens", ASKED)
    assert counted[1][0]["totalTokens"] > 4
    _, (listed,) = caller.call(f"{MODELS}ListModels", {"pageSize": 50})
    name = next(one["name"] for one in listed["models"] if "generateContent" in one["supportedGenerationMethods"])
    _, (model,) = caller.call(f"{MODELS}GetModel", {"name": name})
    assert model in listed["models"]


@pytest.mark.parametrize(
    ("mode", "code"),
    [("rate_limited", 8), ("overloaded", 14), ("failing", 13)],
    ids=["limited", "overloaded", "failing"],
)
def test_failure_has_the_code_that_google_gives_it(gateway, caller, mode, code):
    gateway.behave(name=mode, times=1, retry_after_s=7)
    assert caller.call(f"{SERVICE}GenerateContent", ASKED)[0] == code
    assert caller.call(f"{SERVICE}GenerateContent", ASKED)[0] == 0


def test_limited_call_is_told_when_to_try_again(gateway, caller):
    gateway.behave(name="rate_limited", times=1, retry_after_s=7)
    message = grpc.framed(gemini.MESSAGES.encoded("GenerateContentRequest", ASKED))
    told = caller.finish(caller.begin(f"{SERVICE}GenerateContent", message))["headers"]["grpc-status-details-bin"]
    status = grpc.DETAILS.decoded("Status", base64.b64decode(told + "=="))
    (info,) = status["details"]
    assert (status["code"], info["typeUrl"].rpartition("/")[2]) == (8, "google.rpc.RetryInfo")
    assert info["value"] == base64.b64encode(grpc.DETAILS.encoded("RetryInfo", {"retryDelay": {"seconds": 7}})).decode()


def test_success_that_is_no_message_and_answer_that_breaks_off(gateway, caller):
    gateway.behave(name="malformed", times=1)
    with pytest.raises(ValueError, match="cut off"):
        caller.call(f"{SERVICE}GenerateContent", ASKED)
    gateway.behave(name="cut", times=1)
    with pytest.raises(ConnectionError):
        caller.call(f"{SERVICE}StreamGenerateContent", ASKED)


@pytest.mark.parametrize("mode", ["reset", "refused"])
def test_connection_breaks_under_a_call(gateway, caller, mode):
    assert caller.call(f"{SERVICE}GenerateContent", ASKED)[0] == 0
    gateway.behave(name=mode)
    with pytest.raises(ConnectionError):
        caller.call(f"{SERVICE}GenerateContent", ASKED)


def test_call_that_is_dropped_is_seen_and_the_others_of_its_connection_go_on(gateway, caller):
    gateway.behave(name="hanging", times=1)
    message = grpc.framed(gemini.MESSAGES.encoded("GenerateContentRequest", ASKED))
    hanging = caller.begin(f"{SERVICE}GenerateContent", message)
    assert caller.call(f"{SERVICE}GenerateContent", ASKED)[0] == 0
    caller.cancel(hanging)
    assert gateway.until(lambda: [one for one in gateway.calls() if one["mode"] == "hanging" and one["gone"]])
    assert caller.call(f"{SERVICE}GenerateContent", ASKED)[0] == 0


def test_long_answer_waits_until_the_client_takes_it(gateway):
    content = {"content": {"parts": [{"text": "hello"}]}}
    with Caller(gateway.tls_port, window=100) as caller:
        code, (answer,) = caller.call(f"{SERVICE}BatchEmbedContents", {"model": "models/e", "requests": [content] * 20})
    assert (code, len(answer["embeddings"])) == (0, 20)


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (f"{SERVICE}GenerateAnswer", grpc.framed(b""), 12),
        ("/grpc.health.v1.Health/Check", grpc.framed(b""), 12),
        (f"{SERVICE}GenerateContent", grpc.framed(b""), 3),  # nothing is asked
        (f"{SERVICE}GenerateContent", grpc.framed(b"\x0a\xff"), 3),
        (f"{SERVICE}GenerateContent", grpc.framed(b"\x12\x00" * 300_000), 3),
        (f"{SERVICE}GenerateContent", b"\x01" + grpc.framed(b"xx")[1:], 12),
        (f"{SERVICE}GenerateContent", b"abc", 3),
        (f"{SERVICE}GenerateContent", b"\0\0\xff\xff\xff" + b"\0" * 7_000_000, 8),
    ],
    ids=["method", "service", "empty", "cut", "many", "compressed", "short", "large"],
)
def test_call_that_cannot_be_read_is_refused_and_the_next_is_answered(caller, path, body, code):
    assert int(caller.finish(caller.begin(path, body))["headers"]["grpc-status"]) == code
    assert caller.call(f"{SERVICE}GenerateContent", ASKED)[0] == 0


def test_who_speaks_another_thing_over_http2_is_told_so(gateway, caller):
    told = caller.finish(caller.begin("/v1/chat/completions", b"{}", media="application/json"))
    assert told["headers"][":status"] == "415"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\xff\0\0\0\0\0\0",
        b"\0\0\x05\x01\x05\0\0\0\x01" + b"\xff" * 5,
        b"\0\0\x04\x08\0\0\0\0\0" + b"\0" * 4,
        b"\0\0\x04\x03\0\0\0\0\x05" + b"\0" * 4,
    ],
    ids=["size", "headers", "window", "stream"],
)
def test_frames_that_are_none_end_their_connection_only(gateway, caller, data):
    with Caller(gateway.tls_port) as other:
        other.flush()
        other.link.sendall(data)
        assert "ended the connection" in other.until_it_ends()
    assert caller.call(f"{SERVICE}GenerateContent", ASKED)[0] == 0


def test_calls_that_are_started_only_to_be_dropped_end_their_connection(gateway, caller):
    message = grpc.framed(gemini.MESSAGES.encoded("GenerateContentRequest", ASKED))
    with Caller(gateway.tls_port) as other:
        other.take()
        for _ in range(400):  # in one piece, as who means harm would
            number = other.h2.get_next_available_stream_id()
            other.h2.send_headers(
                number, [(":method", "POST"), (":scheme", "https"), (":path", "/"), (":authority", HOST)]
            )
            other.h2.send_data(number, message, end_stream=True) if number < 60 else other.h2.end_stream(number)
            other.h2.reset_stream(number, 8)
        assert "ended the connection" in other.until_it_ends()
    assert caller.call(f"{SERVICE}GenerateContent", ASKED)[0] == 0
