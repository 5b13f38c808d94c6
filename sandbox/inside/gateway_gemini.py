"""Google's Gemini dialect: generateContent, plain and streamed, embeddings, counted tokens and the models."""

import gateway_vectors as vectors
from gateway_answers import Ask, reply, tokens
from gateway_read import BadRequest, members, number, parts, rows, stops, text
from gateway_said import Said, events

MODELS = ("gemini-2.5-flash", "gemini-2.0-flash", "gemini-2.5-pro", "text-embedding-004")
STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
}


def error(status, message, _param=None):
    """The document of an error."""
    return {"error": {"code": status, "message": message, "status": STATUSES.get(status, "UNAVAILABLE")}}


def plain_schema(schema, depth=0):
    """Their schemas with the types in small letters."""
    if depth > 24:
        return {}
    if isinstance(schema, dict):
        return {
            name: value.lower() if name == "type" and isinstance(value, str) else plain_schema(value, depth + 1)
            for name, value in schema.items()
        }
    return [plain_schema(one, depth + 1) for one in schema] if isinstance(schema, list) else schema


def ask_of(model, body):
    turns, called = [], set()
    system = members(body.get("systemInstruction") or body.get("system_instruction"))
    if system:
        turns.append(("system", parts(system.get("parts"))))
    for row in rows(body.get("contents")):
        given = rows(row.get("parts"))
        called |= {text(members(one["functionCall"]).get("name")) for one in given if "functionCall" in one}
        results = [one["functionResponse"] for one in given if "functionResponse" in one]
        role = {"model": "assistant"}.get(text(row.get("role")), "user")
        turns += [("tool", str(members(one).get("response"))) for one in results] or [(role, parts(given))]
    if not turns:
        raise BadRequest("contents is not specified", "contents")
    settings = members(body.get("generationConfig") or body.get("generation_config"))
    schema = settings.get("responseSchema") or settings.get("responseJsonSchema") or settings.get("response_schema")
    kind = text(settings.get("responseMimeType") or settings.get("response_mime_type"))
    declared = [
        one
        for row in rows(body.get("tools"))
        for one in rows(row.get("functionDeclarations") or row.get("function_declarations"))
    ]
    mode = text(members(members(body.get("toolConfig")).get("functionCallingConfig")).get("mode"), "AUTO")
    return Ask(
        model=model,
        turns=turns,
        tools=[
            {
                "name": row["name"],
                "description": text(row.get("description")),
                "schema": plain_schema(members(row.get("parameters") or row.get("parametersJsonSchema"))),
            }
            for row in declared
            if isinstance(row.get("name"), str)
        ],
        choice={"ANY": "required", "NONE": "none"}.get(mode, "auto"),
        called=frozenset(called),
        schema=plain_schema(schema) if isinstance(schema, dict) else None,
        json=kind == "application/json",
        limit=number(settings.get("maxOutputTokens")),
        stop=stops(settings.get("stopSequences")),
    )


def generate(body, tail, stream=False, as_events=True):
    ask = ask_of(tail, body)
    ask.stream = stream
    said = reply(ask)
    figures = {
        "promptTokenCount": said.tokens_in,
        "candidatesTokenCount": said.tokens_out,
        "totalTokenCount": said.tokens_in + said.tokens_out,
    }
    head = {"modelVersion": ask.model, "responseId": said.mark}
    calls = [{"functionCall": {"name": name, "args": given}} for name, given in said.calls]
    reason = "MAX_TOKENS" if said.ended == "length" else "STOP"

    def document(given, end=reason):
        candidate = {"content": {"role": "model", "parts": given}, "index": 0}
        candidate |= {"finishReason": end} if end else {}
        return head | {"candidates": [candidate], "usageMetadata": figures}

    if not stream:
        return Said(document(calls or [{"text": said.text}]), ask=ask, usage=figures)
    shown = [document([{"text": piece}], None) for piece in said.pieces()[:-1]]
    shown.append(document(calls or [{"text": "".join(said.pieces()[-1:])}]))
    if not as_events:
        return Said(shown, ask=ask, usage=figures)
    return Said(frames=events(shown), media="text/event-stream", ask=ask, usage=figures)


def embedding(body, model):
    settings = number(body.get("outputDimensionality"))
    size = settings or vectors.size_of(model)
    words = parts(members(body.get("content")).get("parts"))
    return words, {"values": vectors.listed(vectors.vector(words, min(size, vectors.MAX_FLOATS)))}


def embed(body, tail):
    words, made = embedding(body, tail)
    return Said({"embedding": made}, ask=Ask(tail, [("user", words)]), usage={"prompt_tokens": tokens(words)})


def embed_all(body, tail):
    requests = rows(body.get("requests"))
    if sum(number(one.get("outputDimensionality")) or vectors.size_of(tail) for one in requests) > vectors.MAX_FLOATS:
        raise BadRequest("too many requests in one batch", "requests")
    made = [embedding(one, tail) for one in requests]
    ask = Ask(tail, [("user", words) for words, _ in made])
    usage = {"prompt_tokens": sum(tokens(words) for words, _ in made)}
    return Said({"embeddings": [one for _, one in made]}, ask=ask, usage=usage)


def models(_body, tail):
    def row(name):
        methods = ["embedContent"] if "embed" in name else ["generateContent", "countTokens"]
        limits = {"inputTokenLimit": 1_048_576, "outputTokenLimit": 8_192, "supportedGenerationMethods": methods}
        return {"name": f"models/{name}", "version": "001", "displayName": name} | limits

    return Said(row(tail)) if tail else Said({"models": [row(name) for name in MODELS]})


def count_tokens(body, tail):
    ask = ask_of(tail, members(body.get("generateContentRequest")) or body)
    return Said({"totalTokens": sum(tokens(said) + 4 for _, said in ask.turns)})
