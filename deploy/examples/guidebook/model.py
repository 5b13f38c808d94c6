"""The OpenAI HTTP API with a deadline, a few patient retries, and every token counted."""

import asyncio
import json
import os
import random

import httpx

import metrics

BASE = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")
KEY = os.environ["OPENAI_API_KEY"]
CHAT, EMBEDDING = "gpt-4o-mini", "text-embedding-3-small"
# US dollars for a million tokens.
PRICES = {CHAT: {"in": 0.15, "out": 0.6}, EMBEDDING: {"in": 0.02}}
TRIES, TIMEOUT_S, MOST_WAIT_S = 3, 5.0, 4.0
client = httpx.AsyncClient(base_url=BASE, timeout=TIMEOUT_S, headers={"Authorization": f"Bearer {KEY}"})


class ModelError(Exception):
    """The model gave nothing usable; `limited` when it was asked too often."""

    def __init__(self, text, limited=False):
        super().__init__(text)
        self.limited = limited


async def post(path, body):
    """The JSON answer. Limits and server errors are tried again after a pause, at most twice."""
    for number in range(TRIES):
        limited, wait_s = False, 0.3 * 2**number + random.random() / 10
        try:
            answer = await client.post(path, json=body)
            if answer.status_code == 200:
                return answer.json()
            limited = answer.status_code == 429
            if limited:
                wait_s = max(wait_s, float(answer.headers.get("Retry-After", 0)) + 0.1)
            elif answer.status_code < 500:
                break
        except httpx.TimeoutException:
            break
        except (httpx.HTTPError, ValueError):
            pass
        if number + 1 < TRIES and wait_s <= MOST_WAIT_S:
            await asyncio.sleep(wait_s)
    raise ModelError("the model does not answer", limited)


def paid(model, direction, tokens):
    metrics.add("llm_cost_usd_total", tokens * PRICES[model][direction] / 1_000_000, model=model)


def spent(usage, version):
    for direction, tokens in (("in", usage["prompt_tokens"]), ("out", usage["completion_tokens"])):
        metrics.add("llm_tokens_total", tokens, direction=direction, model=CHAT, prompt_version=version)
        paid(CHAT, direction, tokens)


async def embed(text):
    answer = await post("/embeddings", {"model": EMBEDDING, "input": text})
    paid(EMBEDDING, "in", answer["usage"]["prompt_tokens"])
    return answer["data"][0]["embedding"]


async def chat(messages, schema, version):
    """An object of the schema; one that is not of it is asked for once more."""
    form = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
    for _ in range(2):
        answer = await post("/chat/completions", {"model": CHAT, "messages": messages, "response_format": form})
        try:
            spent(answer["usage"], version)
            said = json.loads(answer["choices"][0]["message"]["content"])
            if isinstance(said, dict) and isinstance(said.get("answer"), str) and isinstance(said.get("sure"), bool):
                return said
        except (KeyError, IndexError, TypeError, ValueError):
            pass
    raise ModelError("the model gave no usable answer")


async def stream(messages, version):
    """Pieces of the text as they come; whoever stops reading ends the model's call with it."""
    body = {"model": CHAT, "messages": messages, "stream": True, "stream_options": {"include_usage": True}}
    async with client.stream("POST", "/chat/completions", json=body) as answer:
        if answer.status_code != 200:
            raise ModelError("the model does not answer", answer.status_code == 429)
        async for line in answer.aiter_lines():
            if not line.startswith("data: {"):
                continue
            row = json.loads(line.removeprefix("data: "))
            if row.get("usage"):
                spent(row["usage"], version)
            for choice in row["choices"]:
                yield choice["delta"].get("content") or ""
