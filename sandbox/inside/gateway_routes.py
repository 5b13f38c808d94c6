"""Which dialect answers which path. Prefixes do not count: clients put "/v1", "/openai/v1" or a deployment there."""

import json
import re
import urllib.parse
from dataclasses import dataclass

import gateway_anthropic as anthropic
import gateway_cohere as cohere
import gateway_gemini as gemini
import gateway_huggingface as huggingface
import gateway_ollama as ollama
import gateway_openai as openai
from gateway_answers import Unfit
from gateway_read import BadRequest
from gateway_responses import responses
from gateway_said import Said


@dataclass(frozen=True)
class Route:
    """`answer(body, tail)` -> Said; `tail` is what the pattern's group found, with %-escapes resolved."""

    kind: str
    method: str
    pattern: str
    dialect: object
    answer: object


def _gemini_stream(body, tail):
    return gemini.generate(body, tail, stream=True)


ROUTES = (
    Route("chat", "POST", r"/chat/completions", openai, openai.chat),
    Route("completion", "POST", r"/completions", openai, openai.completions),
    Route("embedding", "POST", r"/embeddings", openai, openai.embeddings),
    Route("response", "POST", r"/responses", openai, responses),
    Route("moderation", "POST", r"/moderations", openai, openai.moderations),
    Route("chat", "POST", r"/messages", anthropic, anthropic.messages),
    Route("tokens", "POST", r"/messages/count_tokens", anthropic, anthropic.count_tokens),
    Route("chat", "POST", r"/models/([^/:]+):generateContent", gemini, gemini.generate),
    Route("chat", "POST", r"/models/([^/:]+):streamGenerateContent", gemini, _gemini_stream),
    Route("embedding", "POST", r"/models/([^/:]+):embedContent", gemini, gemini.embed),
    Route("embedding", "POST", r"/models/([^/:]+):batchEmbedContents", gemini, gemini.embed_all),
    Route("tokens", "POST", r"/models/([^/:]+):countTokens", gemini, gemini.count_tokens),
    Route("chat", "POST", r"/v([12])/chat", cohere, cohere.chat),
    Route("chat", "POST", r"/v1/generate", cohere, cohere.generate),
    Route("embedding", "POST", r"/v([12])/embed", cohere, cohere.embed),
    Route("rerank", "POST", r"/v[12]/rerank", cohere, cohere.rerank),
    Route("models", "GET", r"/v1beta/models(?:/(.{1,200}))?", gemini, gemini.models),
    Route("models", "GET", r"/models(?:/(.{1,200}))?", openai, openai.models),
)
# Ollama's paths are whole: "/api/chat" of anything else would be the application's own.
OLLAMA = {
    "/api/chat": ("chat", ollama.chat),
    "/api/generate": ("chat", ollama.generate),
    "/api/embed": ("embedding", ollama.embed),
    "/api/embeddings": ("embedding", ollama.embed),
    "/api/tags": ("models", ollama.tags),
    "/api/ps": ("models", ollama.tags),
    "/api/show": ("models", ollama.show),
    "/api/pull": ("models", ollama.pull),
    "/api/version": ("models", ollama.version),
}
READ_ONLY = {"/api/tags", "/api/ps", "/api/version"}


def route_of(request):
    """(Route, tail) of a request, or (None, "")."""
    path = request.path.rstrip("/") or "/"
    path = path.replace("//", "/")
    if path in OLLAMA:
        kind, answer = OLLAMA[path]
        return Route(kind, "GET" if path in READ_ONLY else "POST", path, ollama, answer), ""
    for route in ROUTES:
        found = re.fullmatch(rf"(?:/[\w.@~%:-]{{1,100}}){{0,6}}?{route.pattern}", path)
        if found:
            tail = found[1] if found.re.groups and found[1] else ""
            if route.kind == "models" and request.method == "POST" and tail:
                return Route("chat", "POST", route.pattern, huggingface, huggingface.infer), urllib.parse.unquote(tail)
            if route.kind == "models" and "anthropic-version" in request.headers:
                route = Route("models", "GET", route.pattern, anthropic, anthropic.models)  # noqa: PLW2901
            return route, urllib.parse.unquote(tail)
    return None, ""


def dialect_of(request, route):
    """Whose errors a client of this path understands."""
    if route is not None:
        return route.dialect
    return anthropic if "anthropic-version" in request.headers else openai


def answer(request, route, tail):
    """The `Said` of a request; what the client did wrong is a document of its dialect's with a 4xx status."""
    dialect = dialect_of(request, route)
    try:
        if route is None:
            raise BadRequest(f"Unknown path {request.method} {request.path[:200]}", status=404)
        if request.method != route.method:
            raise BadRequest(f"{request.path[:200]} takes {route.method}", status=405)
        return route.answer(body_of(request) if route.method == "POST" else {}, tail)
    except BadRequest as error:
        return Said(dialect.error(error.status, error.message, error.param), status=error.status)
    except Unfit as error:
        return Said(dialect.error(400, f"Invalid schema: {error}"), status=400)
    except RecursionError:
        return Said(dialect.error(400, "The request is nested too deeply."), status=400)


def body_of(request):
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise BadRequest("We could not parse the JSON body of your request.") from None
    if not isinstance(body, dict):
        raise BadRequest("The body of your request must be a JSON object.")
    return body
