"""OpenAI's dialect: chat completions, completions, embeddings, models, moderations (the Responses API is beside it)."""

import json

import gateway_vectors as vectors
from gateway_answers import Ask, pieces, reply, tokens
from gateway_read import BadRequest, members, needed, number, parts, rows, stops, text
from gateway_said import Said, events

CREATED = 1_767_225_600  # a fixed time, so that equal requests have equal answers
MODELS = ("gpt-4o-mini", "gpt-4o", "gpt-4.1-mini", "o4-mini", "text-embedding-3-small", "text-embedding-3-large")
MAX_CHOICES = 8
KINDS = {401: "invalid_request_error", 429: "rate_limit_error", 400: "invalid_request_error"}


def error(status, message, param=None):
    """The document of an error."""
    code = {401: "invalid_api_key", 404: "not_found", 429: "rate_limit_exceeded"}.get(status)
    return {"error": {"message": message, "type": KINDS.get(status, "server_error"), "param": param, "code": code}}


def tools_of(body):
    """Tools of chat completions, the older "functions" among them."""
    shown = [members(row.get("function")) for row in rows(body.get("tools"))] + rows(body.get("functions"))
    return [
        {"name": row["name"], "description": text(row.get("description")), "schema": members(row.get("parameters"))}
        for row in shown
        if isinstance(row.get("name"), str)
    ]


def choice_of(value):
    """ "auto", "none", "required" or a tool's name."""
    if isinstance(value, dict):
        return text(members(value.get("function")).get("name")) or text(value.get("name")) or "required"
    return "required" if value == "any" else text(value, "auto")


def form_of(value):
    """(schema, whether JSON is asked for) of a response_format or of text.format."""
    value = members(value)
    if value.get("type") == "json_schema":
        inner = members(value.get("json_schema")) or value
        return members(inner.get("schema")), True
    return None, value.get("type") == "json_object"


def turn(row):
    role = text(row.get("role"), "user")
    said = parts(row.get("content"))
    return ("system" if role == "developer" else "tool" if role == "function" else role), said


def chat(body, _tail):
    messages = rows(needed(body, "messages", list, "'messages' must be a list with at least one message."))
    schema, wants_json = form_of(body.get("response_format"))
    called = {
        text(members(call.get("function")).get("name")) for row in messages for call in rows(row.get("tool_calls"))
    }
    ask = Ask(
        model=needed(body, "model", str, "you must provide a model parameter"),
        turns=[turn(row) for row in messages],
        tools=tools_of(body),
        choice=choice_of(body.get("tool_choice", body.get("function_call"))),
        called=frozenset(called),
        schema=schema,
        json=wants_json,
        limit=number(body.get("max_completion_tokens")) or number(body.get("max_tokens")),
        stop=stops(body.get("stop")),
        stream=body.get("stream") is True,
    )
    said = reply(ask)
    choices = min(number(body.get("n")) or 1, MAX_CHOICES)
    usage = usage_of(said.tokens_in, said.tokens_out * choices)
    finish = {"tools": "tool_calls", "length": "length"}.get(said.ended, "stop")
    calls = [
        {"id": f"call_{said.mark}{at}", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
        for at, (name, given) in enumerate(said.calls)
    ]
    head = {"id": f"chatcmpl-{said.mark}", "created": CREATED, "model": ask.model, "system_fingerprint": "fp_assay"}
    if ask.stream:
        with_usage = members(body.get("stream_options")).get("include_usage") is True
        frames = chat_chunks(head, said, calls, finish=finish, choices=choices, usage=usage if with_usage else None)
        return Said(frames=frames, media="text/event-stream", ask=ask, usage=usage)
    message = {"role": "assistant", "content": None if calls else said.text, "refusal": None, "annotations": []}
    message |= {"tool_calls": calls} if calls else {}
    document = head | {"object": "chat.completion", "usage": usage, "service_tier": "default"}
    document["choices"] = [
        {"index": at, "message": message, "logprobs": None, "finish_reason": finish} for at in range(choices)
    ]
    return Said(document, ask=ask, usage=usage)


def chat_chunks(head, said, calls, *, finish, choices, usage):
    head = head | {"object": "chat.completion.chunk"}
    shown = []
    for at in range(choices):
        deltas = [{"role": "assistant", "content": None if calls else "", "refusal": None}]
        deltas += [{"content": piece} for piece in said.pieces()]
        for number_, call in enumerate(calls):
            start = call["function"] | {"arguments": ""}
            deltas.append({"tool_calls": [{"index": number_, **call, "function": start}]})
            for piece in pieces(call["function"]["arguments"]):
                deltas.append({"tool_calls": [{"index": number_, "function": {"arguments": piece}}]})
        rows_ = [(delta, None) for delta in deltas] + [({}, finish)]
        shown += [
            head | {"choices": [{"index": at, "delta": delta, "logprobs": None, "finish_reason": end}]}
            for delta, end in rows_
        ]
    if usage is not None:
        shown = [chunk | {"usage": None} for chunk in shown] + [head | {"choices": [], "usage": usage}]
    return [*events(shown), b"data: [DONE]\n\n"]


def usage_of(tokens_in, tokens_out):
    return {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


def completions(body, _tail):
    prompt = body.get("prompt")
    prompts = (
        [prompt] if isinstance(prompt, str) else [one for one in prompt or () if isinstance(one, str)][:MAX_CHOICES]
    )
    ask = Ask(
        model=needed(body, "model", str, "you must provide a model parameter"),
        turns=[("user", one) for one in prompts or [""]],
        limit=number(body.get("max_tokens")) or 16 * 16,
        stop=stops(body.get("stop")),
        stream=body.get("stream") is True,
    )
    said = reply(ask)
    finish = "length" if said.ended == "length" else "stop"
    usage = {
        "prompt_tokens": said.tokens_in,
        "completion_tokens": said.tokens_out,
        "total_tokens": said.tokens_in + said.tokens_out,
    }
    head = {"id": f"cmpl-{said.mark}", "object": "text_completion", "created": CREATED, "model": ask.model}

    def document(part, at=0, end=finish):
        return head | {"choices": [{"text": part, "index": at, "logprobs": None, "finish_reason": end}]}

    if ask.stream:
        shown = [document(piece, end=None) for piece in said.pieces()] + [document("")]
        frames = [*events(shown), b"data: [DONE]\n\n"]
        return Said(frames=frames, media="text/event-stream", ask=ask, usage=usage)
    choices = [document(said.text, at)["choices"][0] for at in range(max(1, len(prompts)))]
    return Said(head | {"choices": choices, "usage": usage}, ask=ask, usage=usage)


def embeddings(body, _tail):
    model = needed(body, "model", str, "you must provide a model parameter")
    given = needed(body, "input", str | list, "'input' must be a text or a list of texts.")
    size = number(body.get("dimensions")) or vectors.size_of(model)
    items = [given] if isinstance(given, str) or all(isinstance(one, int) for one in given) else given
    if not all(isinstance(one, str | list) for one in items):
        raise BadRequest("'input' must hold texts or lists of tokens.", "input")
    if size * len(items) > vectors.MAX_FLOATS:
        raise BadRequest(f"more than {vectors.MAX_FLOATS // size} inputs of {size} dimensions", "input")
    # Tokens are numbers of a table that we do not have: each counts as a word.
    texts = [one if isinstance(one, str) else " ".join(map(str, one)) for one in items]
    shape = vectors.packed if body.get("encoding_format") == "base64" else vectors.listed
    data = [
        {"object": "embedding", "index": at, "embedding": shape(vectors.vector(one, size))}
        for at, one in enumerate(texts)
    ]
    spent = sum(max(1, tokens(one)) for one in texts)
    usage = {"prompt_tokens": spent, "total_tokens": spent}
    ask = Ask(model=model, turns=[("user", one) for one in texts])
    return Said({"object": "list", "data": data, "model": model, "usage": usage}, ask=ask, usage=usage)


def models(_body, tail):
    def row(name):
        return {"id": name, "object": "model", "created": CREATED, "owned_by": "assay"}

    return Said(row(tail)) if tail else Said({"object": "list", "data": [row(name) for name in MODELS]})


def moderations(body, _tail):
    given = needed(body, "input", str | list, "'input' must be a text or a list.")
    names = ("harassment", "hate", "self-harm", "sexual", "violence", "illicit")
    row = {"flagged": False, "categories": dict.fromkeys(names, False), "category_scores": dict.fromkeys(names, 0.0001)}
    count = 1 if isinstance(given, str) else min(len(given), 100)
    return Said(
        {"id": "modr-assay", "model": text(body.get("model"), "omni-moderation-latest"), "results": [row] * count}
    )
