"""Ollama's own dialect: chat, generate, embeddings and the list of models, plain and streamed."""

import gateway_vectors as vectors
from gateway_answers import Ask, reply, tokens
from gateway_openai import tools_of
from gateway_read import BadRequest, members, needed, number, parts, rows, stops, text
from gateway_said import Said, lines

CREATED = "2026-01-01T00:00:00.000000Z"
MODELS = ("llama3.2:latest", "llama3.1:latest", "mistral:latest", "qwen2.5:latest", "nomic-embed-text:latest")


def error(_status, message, _param=None):
    """The document of an error."""
    return {"error": message}


def ask_of(body, turns):
    options = members(body.get("options"))
    form = body.get("format")
    return Ask(
        model=needed(body, "model", str, "model is required"),
        turns=turns,
        tools=tools_of(body),
        called=frozenset(
            text(members(call.get("function")).get("name"))
            for row in rows(body.get("messages"))
            for call in rows(row.get("tool_calls"))
        ),
        schema=form if isinstance(form, dict) else None,
        json=form == "json",
        limit=number(options.get("num_predict")),
        stop=stops(options.get("stop")),
        stream=body.get("stream") is not False,
    )


def chat(body, _tail):
    turns = [(text(row.get("role"), "user"), parts(row.get("content"))) for row in rows(body.get("messages"))]
    ask = ask_of(body, turns)
    said = reply(ask)
    calls = [{"function": {"name": name, "arguments": given}} for name, given in said.calls]

    def member(piece, last=False):
        message = {"role": "assistant", "content": piece}
        return {"message": message | ({"tool_calls": calls} if calls and last else {})}

    return spoken(ask, said, member)


def generate(body, _tail):
    turns = [("system", text(body.get("system")))] if body.get("system") else []
    ask = ask_of(body, [*turns, ("user", text(body.get("prompt")))])
    return spoken(ask, reply(ask), lambda piece, last=False: {"response": piece} | ({"context": [1]} if last else {}))


def spoken(ask, said, member):
    """One document, or one a piece; the last one has the figures."""
    head = {"model": ask.model, "created_at": CREATED}
    figures = {
        "done": True,
        "done_reason": "length" if said.ended == "length" else "stop",
        "total_duration": 1_000_000,
        "load_duration": 100_000,
        "prompt_eval_count": said.tokens_in,
        "prompt_eval_duration": 100_000,
        "eval_count": said.tokens_out,
        "eval_duration": 800_000,
    }
    usage = {"prompt_tokens": said.tokens_in, "completion_tokens": said.tokens_out}
    if not ask.stream:
        return Said(head | member(said.text, True) | figures, ask=ask, usage=usage)
    shown = [head | member(piece) | {"done": False} for piece in said.pieces()] + [head | member("", True) | figures]
    return Said(frames=lines(shown), media="application/x-ndjson", ask=ask, usage=usage)


def embed(body, _tail):
    """Both the newer /api/embed (`input`, several) and the older /api/embeddings (`prompt`, one)."""
    model = needed(body, "model", str, "model is required")
    given = body.get("input", body.get("prompt"))
    texts = [given] if isinstance(given, str) else [one for one in given or () if isinstance(one, str)]
    size = number(body.get("dimensions")) or vectors.size_of(model)
    if size * len(texts) > vectors.MAX_FLOATS:
        raise BadRequest(f"more than {vectors.MAX_FLOATS // size} inputs of {size} dimensions", "input")
    made = [vectors.listed(vectors.vector(one, size)) for one in texts]
    spent = sum(max(1, tokens(one)) for one in texts)
    ask = Ask(model=model, turns=[("user", one) for one in texts])
    usage = {"prompt_tokens": spent}
    if "input" not in body:
        return Said({"embedding": made[0] if made else []}, ask=ask, usage=usage)
    return Said({"model": model, "embeddings": made, "prompt_eval_count": spent}, ask=ask, usage=usage)


def tags(_body, _tail):
    rows_ = [
        {
            "name": name,
            "model": name,
            "modified_at": CREATED,
            "size": 2_000_000_000,
            "digest": "a" * 64,
            "details": DETAILS,
        }
        for name in MODELS
    ]
    return Said({"models": rows_})


DETAILS = {
    "format": "gguf",
    "family": "llama",
    "families": ["llama"],
    "parameter_size": "3B",
    "quantization_level": "Q4",
}


def show(_body, _tail):
    capabilities = ["completion", "tools"]
    return Said({"details": DETAILS, "model_info": {}, "capabilities": capabilities, "modelfile": "", "template": ""})


def pull(body, _tail):
    done = {"status": "success"}
    return Said(done) if body.get("stream") is False else Said(frames=lines([done]), media="application/x-ndjson")


def version(_body, _tail):
    return Said({"version": "0.9.0"})
