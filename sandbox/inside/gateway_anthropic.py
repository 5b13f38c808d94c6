"""Anthropic's dialect: messages, plain and streamed, and the counting of tokens."""

import json

from gateway_answers import Ask, pieces, reply, tokens
from gateway_read import BadRequest, members, needed, number, parts, rows, stops, text
from gateway_said import Said, events

MODELS = ("claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-1")
KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def error(status, message, _param=None):
    """The document of an error."""
    return {"type": "error", "error": {"type": KINDS.get(status, "api_error"), "message": message}}


def turns_of(body):
    """Turns of the messages, the system's first, and the names of the tools that were used in them."""
    turns, called = [], set()
    if body.get("system"):
        turns.append(("system", parts(body["system"])))
    for row in rows(needed(body, "messages", list, "messages: Field required")):
        content = row.get("content")
        results = [one for one in rows(content) if one.get("type") == "tool_result"]
        called |= {text(one.get("name")) for one in rows(content) if one.get("type") == "tool_use"}
        if results:
            turns += [("tool", parts(one.get("content"))) for one in results]
        else:
            turns.append((text(row.get("role"), "user"), parts(content)))
    return turns, frozenset(called)


def ask_of(body):
    turns, called = turns_of(body)
    tools = [
        {"name": row["name"], "description": text(row.get("description")), "schema": members(row.get("input_schema"))}
        for row in rows(body.get("tools"))
        if isinstance(row.get("name"), str)
    ]
    choice = members(body.get("tool_choice"))
    kind = text(choice.get("type"), "auto")
    form = members(body.get("output_format")) or members(members(body.get("output_config")).get("format"))
    return Ask(
        model=needed(body, "model", str, "model: Field required"),
        turns=turns,
        tools=tools,
        choice={"any": "required", "tool": text(choice.get("name"), "required")}.get(kind, kind),
        called=called,
        schema=form.get("schema") if form.get("type") == "json_schema" else None,
        limit=number(body.get("max_tokens")),
        stop=stops(body.get("stop_sequences")),
        stream=body.get("stream") is True,
    )


def messages(body, _tail):
    ask = ask_of(body)
    if ask.limit is None:
        raise BadRequest("max_tokens: Field required", "max_tokens")
    said = reply(ask)
    content = [
        {"type": "tool_use", "id": f"toolu_{said.mark}{at}", "name": name, "input": arguments}
        for at, (name, arguments) in enumerate(said.calls)
    ] or [{"type": "text", "text": said.text}]
    reason = {"tools": "tool_use", "length": "max_tokens", "stop_text": "stop_sequence"}.get(said.ended, "end_turn")
    usage = {
        "input_tokens": said.tokens_in,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": said.tokens_out,
        "service_tier": "standard",
    }
    document = {
        "id": f"msg_{said.mark}",
        "type": "message",
        "role": "assistant",
        "model": ask.model,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": said.stopped_by,
        "usage": usage,
    }
    if not ask.stream:
        return Said(document, ask=ask, usage=usage)
    return Said(frames=stream(document), media="text/event-stream", ask=ask, usage=usage)


def stream(document):
    """The events of a message."""
    early = {
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": document["usage"] | {"output_tokens": 1},
    }
    shown = [{"type": "message_start", "message": document | early}]
    for at, block in enumerate(document["content"]):
        if block["type"] == "text":
            empty, deltas = {"type": "text", "text": ""}, [("text_delta", "text", one) for one in pieces(block["text"])]
        else:
            empty = block | {"input": {}}
            deltas = [("input_json_delta", "partial_json", one) for one in pieces(json.dumps(block["input"]))]
        shown.append({"type": "content_block_start", "index": at, "content_block": empty})
        shown.append({"type": "ping"})
        for kind, name, piece in deltas:
            shown.append({"type": "content_block_delta", "index": at, "delta": {"type": kind, name: piece}})
        shown.append({"type": "content_block_stop", "index": at})
    end = {"stop_reason": document["stop_reason"], "stop_sequence": document["stop_sequence"]}
    spent = {"output_tokens": document["usage"]["output_tokens"]}
    shown.append({"type": "message_delta", "delta": end, "usage": spent})
    shown.append({"type": "message_stop"})
    return events(shown, named=True)


def count_tokens(body, _tail):
    turns, _ = turns_of(body)
    return Said({"input_tokens": sum(tokens(said) + 4 for _, said in turns)})


def models(_body, tail):
    def row(name):
        return {"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"}

    if tail:
        return Said(row(tail))
    data = [row(name) for name in MODELS]
    return Said({"data": data, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]})
