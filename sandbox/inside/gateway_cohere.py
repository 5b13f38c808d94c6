"""Cohere's dialect: chat in both versions of its interface, generate, embed and rerank."""

import json

import gateway_vectors as vectors
from gateway_answers import Ask, reply, tokens
from gateway_openai import form_of, tools_of, turn
from gateway_read import BadRequest, members, needed, number, parts, rows, stops, text
from gateway_said import Said, events, lines

ROLES = {"USER": "user", "CHATBOT": "assistant", "SYSTEM": "system", "TOOL": "tool"}
USUAL, RERANKED = "command-r", 1_000


def error(_status, message, _param=None):
    """The document of an error."""
    return {"message": message}


def chat(body, tail):
    """Version 1 has a `message` with its history, version 2 has `messages`."""
    return chat_2(body) if tail == "2" else chat_1(body)


def asked(body, turns, **more):
    return Ask(
        model=text(body.get("model"), USUAL),
        turns=turns,
        limit=number(body.get("max_tokens")),
        stop=stops(body.get("stop_sequences")),
        stream=body.get("stream") is True,
        **more,
    )


def figures(tokens_in, tokens_out):
    spent = {"input_tokens": tokens_in, "output_tokens": tokens_out}
    return {"billed_units": spent, "tokens": spent}


def meta(tokens_in, tokens_out):
    return {"api_version": {"version": "1"}} | figures(tokens_in, tokens_out)


def ended(said):
    return {"length": "MAX_TOKENS", "stop_text": "STOP_SEQUENCE", "tools": "TOOL_CALL"}.get(said.ended, "COMPLETE")


def chat_1(body):
    message = needed(body, "message", str, "message must be at least 1 token long")
    turns = [("system", text(body.get("preamble")))] if body.get("preamble") else []
    turns += [("system", json.dumps(one)) for one in rows(body.get("documents"))]
    turns += [
        (ROLES.get(text(row.get("role")), "user"), text(row.get("message"))) for row in rows(body.get("chat_history"))
    ]
    ask = asked(body, [*turns, ("user", message)])
    said = reply(ask)
    usage = {"prompt_tokens": said.tokens_in, "completion_tokens": said.tokens_out}
    whole = {
        "response_id": said.mark,
        "generation_id": said.mark,
        "text": said.text,
        "finish_reason": ended(said),
        "meta": meta(said.tokens_in, said.tokens_out),
    }
    if not ask.stream:
        return Said(whole, ask=ask, usage=usage)
    shown = [
        {"is_finished": False, "event_type": "stream-start", "generation_id": said.mark},
        *({"is_finished": False, "event_type": "text-generation", "text": piece} for piece in said.pieces()),
        {"is_finished": True, "event_type": "stream-end", "finish_reason": ended(said), "response": whole},
    ]
    return Said(frames=lines(shown), media="application/stream+json", ask=ask, usage=usage)


def chat_2(body):
    messages = rows(needed(body, "messages", list, "messages must not be empty"))
    called = {text(members(one.get("function")).get("name")) for row in messages for one in rows(row.get("tool_calls"))}
    form = members(body.get("response_format"))
    schema, wants_json = form_of(form)
    schema = schema or (members(form.get("json_schema")) or members(form.get("schema")) or None)
    ask = asked(
        body,
        [turn(row) for row in messages],
        tools=tools_of(body),
        choice={"REQUIRED": "required", "NONE": "none"}.get(text(body.get("tool_choice")), "auto"),
        called=frozenset(called),
        schema=schema,
        json=wants_json,
    )
    said = reply(ask)
    usage = {"prompt_tokens": said.tokens_in, "completion_tokens": said.tokens_out}
    calls = [
        {"id": f"{name}_{said.mark}", "type": "function", "function": {"name": name, "arguments": json.dumps(given)}}
        for name, given in said.calls
    ]
    spent = figures(said.tokens_in, said.tokens_out)
    if not ask.stream or calls:
        message = {"role": "assistant", "content": [{"type": "text", "text": said.text}]}
        message = {"role": "assistant", "tool_plan": "", "tool_calls": calls} if calls else message
        return Said(
            {"id": said.mark, "finish_reason": ended(said), "message": message, "usage": spent}, ask=ask, usage=usage
        )

    def of_content(kind, **delta):
        return {"type": kind, "index": 0} | ({"delta": {"message": {"content": delta}}} if delta else {})

    shown = [
        {"type": "message-start", "id": said.mark, "delta": {"message": {"role": "assistant", "content": []}}},
        of_content("content-start", type="text", text=""),
        *(of_content("content-delta", text=piece) for piece in said.pieces()),
        of_content("content-end"),
        {"type": "message-end", "delta": {"finish_reason": ended(said), "usage": spent}},
    ]
    return Said(frames=events(shown, named=True), media="text/event-stream", ask=ask, usage=usage)


def generate(body, _tail):
    ask = asked(body, [("user", needed(body, "prompt", str, "prompt must not be empty"))])
    said = reply(ask)
    made = [{"id": said.mark, "text": said.text, "finish_reason": ended(said)}]
    usage = {"prompt_tokens": said.tokens_in, "completion_tokens": said.tokens_out}
    return Said(
        {"id": said.mark, "generations": made, "meta": meta(said.tokens_in, said.tokens_out)}, ask=ask, usage=usage
    )


def embed(body, tail):
    """Version 1 without `embedding_types` has the vectors alone, everything else has them by type."""
    texts = [one for one in needed(body, "texts", list, "texts must not be empty") if isinstance(one, str)]
    model = text(body.get("model"), "embed-english")
    size = number(body.get("output_dimension")) or vectors.size_of(model)
    if size * len(texts) > vectors.MAX_FLOATS:
        raise BadRequest("too many texts in one request", "texts")
    made = [vectors.listed(vectors.vector(one, size)) for one in texts]
    spent = sum(max(1, tokens(one)) for one in texts)
    by_type = tail == "2" or bool(body.get("embedding_types"))
    kinds = {"response_type": "embeddings_by_type", "embeddings": {"float": made}}
    plain = {"response_type": "embeddings_floats", "embeddings": made}
    document = {"id": "embed", "texts": texts, "meta": meta(spent, 0)} | (kinds if by_type else plain)
    return Said(document, ask=Ask(model, [("user", one) for one in texts]), usage={"prompt_tokens": spent})


def rerank(body, _tail):
    """By how near the vectors of the query and of a document are."""
    query = needed(body, "query", str, "query must not be empty")
    given = needed(body, "documents", list, "documents must not be empty")[:RERANKED]
    texts = [one if isinstance(one, str) else parts([one]) for one in given]
    asked_for = vectors.vector(query, vectors.USUAL_SIZE)
    scored = []
    for index, one in enumerate(texts):
        nearness = sum(a * b for a, b in zip(asked_for, vectors.vector(one, vectors.USUAL_SIZE), strict=True))
        scored.append({"index": index, "relevance_score": round(min(1.0, max(0.0, nearness)), 6)})
    scored.sort(key=lambda row: (-row["relevance_score"], row["index"]))
    ask = Ask(text(body.get("model"), "rerank"), [("user", query)])
    return Said({"id": "rerank", "results": scored[: number(body.get("top_n"))], "meta": meta(0, 0)}, ask=ask)
