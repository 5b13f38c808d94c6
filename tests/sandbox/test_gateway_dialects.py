"""The other interfaces of the model gateway over a real socket: Anthropic's, Ollama's and Gemini's."""

import json

import pytest

from tests.sandbox.gateway_process import Gateway, said

TOOL = {"name": "get_weather", "description": "weather", "input_schema": {"properties": {"city": {"type": "string"}}}}


@pytest.fixture(scope="module")
def gateway():
    with Gateway() as gateway:
        yield gateway


# Anthropic


def test_message_names_what_was_asked(gateway):
    request = {"model": "claude", "max_tokens": 200, "system": "Be kind.", "messages": said("Who are you?")}
    status, message = gateway.post("/v1/messages", request)
    assert (status, message["type"], message["role"], message["stop_reason"]) == (
        200,
        "message",
        "assistant",
        "end_turn",
    )
    assert "Who are you?" in message["content"][0]["text"]
    assert message["usage"]["output_tokens"] > 5
    assert gateway.post("/v1/messages", request | {"max_tokens": 2})[1]["stop_reason"] == "max_tokens"
    assert gateway.post("/v1/messages/count_tokens", request)[1]["input_tokens"] > 5


def test_streamed_message_has_its_events_in_order(gateway):
    request = {"model": "claude", "max_tokens": 200, "messages": said("Who are you?")}
    whole = gateway.post("/v1/messages", request)[1]
    _, headers, body = gateway.raw("POST", "/v1/messages", json.dumps(request | {"stream": True}))
    names = [line.removeprefix("event: ") for line in body.decode().splitlines() if line.startswith("event: ")]
    events = gateway.stream("/v1/messages", request | {"stream": True})
    assert headers["Content-Type"] == "text/event-stream"
    assert names == [event["type"] for event in events]
    assert [names[0], *names[-3:]] == ["message_start", "content_block_stop", "message_delta", "message_stop"]
    deltas = [event["delta"]["text"] for event in events if event["type"] == "content_block_delta"]
    assert "".join(deltas) == whole["content"][0]["text"]
    assert events[-2]["delta"]["stop_reason"] == "end_turn"


def test_tool_is_used_and_its_result_told(gateway):
    request = {"model": "c", "max_tokens": 99, "messages": said("weather?"), "tools": [TOOL]}
    message = gateway.post("/v1/messages", request)[1]
    block = message["content"][0]
    assert (message["stop_reason"], block["type"], block["input"]) == ("tool_use", "tool_use", {"city": "city"})
    events = gateway.stream("/v1/messages", request | {"stream": True})
    parts = [event["delta"]["partial_json"] for event in events if event["type"] == "content_block_delta"]
    assert json.loads("".join(parts)) == block["input"]
    result = {"type": "tool_result", "tool_use_id": block["id"], "content": "Snow"}
    turns = [*said("weather?"), *said([block], "assistant"), *said([result])]
    assert "Snow" in gateway.post("/v1/messages", request | {"messages": turns})[1]["content"][0]["text"]


def test_a_message_without_max_tokens_is_refused_as_anthropic_does(gateway):
    status, document = gateway.post("/v1/messages", {"model": "c", "messages": said("x")})
    assert (status, document["type"], document["error"]["type"]) == (400, "error", "invalid_request_error")


# Ollama


def test_ollama_chats_plain_and_streamed(gateway):
    request = {"model": "llama3.2", "messages": said("Why is the sky blue?")}
    whole = gateway.post("/api/chat", request | {"stream": False})[1]
    assert "Why is the sky blue?" in whole["message"]["content"]
    assert (whole["done"], whole["done_reason"]) == (True, "stop")
    rows = gateway.stream("/api/chat", request)
    assert "".join(row["message"]["content"] for row in rows) == whole["message"]["content"]
    assert [row["done"] for row in rows] == [False] * (len(rows) - 1) + [True]


def test_ollama_generates_embeds_and_lists(gateway):
    assert "sky" in gateway.post("/api/generate", {"model": "m", "prompt": "sky", "stream": False})[1]["response"]
    shaped = {"model": "m", "prompt": "x", "stream": False, "format": {"properties": {"age": {"type": "integer"}}}}
    assert json.loads(gateway.post("/api/generate", shaped)[1]["response"]) == {"age": 1}
    assert len(gateway.post("/api/embeddings", {"model": "nomic-embed-text", "prompt": "x"})[1]["embedding"]) == 768
    assert len(gateway.post("/api/embed", {"model": "m", "input": ["x", "y"]})[1]["embeddings"]) == 2
    assert json.loads(gateway.raw("GET", "/api/tags")[2])["models"][0]["name"] == "llama3.2:latest"
    assert gateway.raw("GET", "/")[2] == b"Ollama is running"


# Gemini


def test_gemini_generates_plain_streamed_and_in_a_schema(gateway):
    request = {"contents": [{"role": "user", "parts": [{"text": "Hello?"}]}]}
    whole = gateway.post("/v1beta/models/gemini-2.0-flash:generateContent", request)[1]
    text = whole["candidates"][0]["content"]["parts"][0]["text"]
    assert "Hello?" in text
    rows = gateway.stream("/v1beta/models/gemini-2.0-flash:streamGenerateContent?alt=sse", request)
    assert "".join(row["candidates"][0]["content"]["parts"][0]["text"] for row in rows) == text
    shape = {"type": "OBJECT", "properties": {"ok": {"type": "BOOLEAN"}}}
    request["generationConfig"] = {"responseMimeType": "application/json", "responseSchema": shape}
    shaped = gateway.post("/v1beta/models/g:generateContent", request)[1]
    assert json.loads(shaped["candidates"][0]["content"]["parts"][0]["text"]) == {"ok": True}


def test_gemini_embeds_one_and_several(gateway):
    content = {"content": {"parts": [{"text": "hello"}]}}
    one = gateway.post("/v1beta/models/text-embedding-004:embedContent", content)[1]
    several = gateway.post("/v1beta/models/text-embedding-004:batchEmbedContents", {"requests": [content, content]})[1]
    assert several["embeddings"] == [one["embedding"]] * 2
    assert len(one["embedding"]["values"]) == 768


# Cohere


def test_cohere_chats_in_both_versions_plain_and_streamed(gateway):
    history = [{"role": "CHATBOT", "message": "Hi."}]
    request = {"message": "Who paints the fence?", "preamble": "Be kind.", "chat_history": history}
    whole = gateway.post("/v1/chat", request)[1]
    assert "Who paints the fence?" in whole["text"]
    assert (whole["finish_reason"], whole["meta"]["billed_units"]["output_tokens"] > 5) == ("COMPLETE", True)
    rows = gateway.stream("/v1/chat", request | {"stream": True})
    assert "".join(row.get("text", "") for row in rows) == whole["text"]
    assert [rows[0]["event_type"], rows[-1]["is_finished"]] == ["stream-start", True]
    request = {"model": "command-a", "messages": said("Who paints the fence?")}
    newer = gateway.post("/v2/chat", request)[1]
    assert "Who paints the fence?" in newer["message"]["content"][0]["text"]
    rows = gateway.stream("/v2/chat", request | {"stream": True})
    deltas = [row["delta"]["message"]["content"]["text"] for row in rows if row["type"] == "content-delta"]
    assert "".join(deltas) == newer["message"]["content"][0]["text"]
    assert rows[-1]["delta"]["finish_reason"] == "COMPLETE"


def test_cohere_calls_a_tool_embeds_and_ranks(gateway):
    tool = {"type": "function", "function": {"name": "get_weather", "description": "weather", "parameters": {}}}
    called = gateway.post("/v2/chat", {"model": "c", "messages": said("weather?"), "tools": [tool]})[1]
    assert called["message"]["tool_calls"][0]["function"]["name"] == "get_weather"
    texts = {"model": "embed-english-v3.0", "texts": ["a fence", "a boat"], "input_type": "search_document"}
    assert [len(row) for row in gateway.post("/v1/embed", texts)[1]["embeddings"]] == [1024, 1024]
    assert len(gateway.post("/v2/embed", texts)[1]["embeddings"]["float"]) == 2
    ranked = gateway.post("/v2/rerank", {"query": "fence", "documents": ["a boat", "a fence"], "top_n": 1})[1]
    assert [row["index"] for row in ranked["results"]] == [1]
    assert "fence" in gateway.post("/v1/generate", {"prompt": "fence"})[1]["generations"][0]["text"]
    status, document = gateway.post("/v1/chat", {"message": ""})
    assert (status, list(document)) == (400, ["message"])


# Hugging Face


def test_huggingface_does_the_task_of_the_model(gateway):
    told = gateway.post("/models/google/flan-t5-base", {"inputs": "Who paints the fence?"})[1]
    assert "Who paints the fence?" in told[0]["generated_text"] == told[0]["summary_text"]
    path = "/hf-inference/models/sentence-transformers/all-MiniLM-L6-v2/pipeline/feature-extraction"
    assert [len(row) for row in gateway.post(path, {"inputs": ["a", "b"]})[1]] == [384, 384]
    answer = gateway.post("/models/deepset/roberta", {"inputs": {"question": "Who?", "context": "Tom."}})[1]
    assert {"answer", "score"} <= set(answer)
    assert gateway.post("/models/gpt2", {})[0] == 400
    assert json.loads(gateway.raw("GET", "/v1/models/gpt-4o")[2])["id"] == "gpt-4o"
