"""The OpenAI HTTP API with a deadline, a few patient retries, and every token counted."""

import asyncio
import json
import os
import random
from typing import TypeVar

import httpx
from pydantic import BaseModel

from guidebook import metrics

BASE = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")
CHAT, EMBEDDING = "gpt-4o-mini", "text-embedding-3-small"
# US dollars for a million tokens.
PRICES = {CHAT: {"in": 0.15, "out": 0.6}, EMBEDDING: {"in": 0.02}}
TRIES, TIMEOUT_S, MOST_WAIT_S = 3, 5.0, 4.0
Form = TypeVar("Form", bound=BaseModel)


class ModelError(Exception):
    """The model gave nothing usable; `limited` when it was asked too often."""

    def __init__(self, text: str, limited: bool = False) -> None:
        super().__init__(text)
        self.limited = limited


class Model:
    """One client for the whole service. `transport` is the tests' way to answer in the provider's place."""

    def __init__(self, key: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.AsyncClient(base_url=BASE, timeout=TIMEOUT_S, headers=headers, transport=transport)

    async def close(self) -> None:
        await self._client.aclose()

    async def embed(self, text: str) -> list[float]:
        answer = await self._post("/embeddings", {"model": EMBEDDING, "input": text})
        _pay(EMBEDDING, "in", answer["usage"]["prompt_tokens"])
        return answer["data"][0]["embedding"]

    async def chat(self, messages: list[dict], form: type[Form], version: str) -> Form:
        """What the model said, as the form; what is not of it is asked for once more."""
        schema = {"name": form.__name__.lower(), "strict": True, "schema": form.model_json_schema()}
        wish = {"type": "json_schema", "json_schema": schema}
        for _ in range(2):
            answer = await self._post(
                "/chat/completions", {"model": CHAT, "messages": messages, "response_format": wish}
            )
            try:
                _spend(answer["usage"], version)
                return form.model_validate_json(answer["choices"][0]["message"]["content"])
            except (KeyError, IndexError, TypeError, ValueError):
                metrics.CALLS.labels("unusable").inc()
        raise ModelError("the model gave no usable answer")

    async def stream(self, messages: list[dict], version: str):
        """Pieces of the text as they come; whoever stops reading ends the model's call with it."""
        body = {"model": CHAT, "messages": messages, "stream": True, "stream_options": {"include_usage": True}}
        try:
            async with self._client.stream("POST", "/chat/completions", json=body) as answer:
                metrics.CALLS.labels(str(answer.status_code)).inc()
                if answer.status_code != 200:
                    raise ModelError("the model does not answer", answer.status_code == 429)
                async for line in answer.aiter_lines():
                    if not line.startswith("data: {"):
                        continue
                    row = json.loads(line.removeprefix("data: "))
                    if row.get("usage"):
                        _spend(row["usage"], version)
                    for choice in row["choices"]:
                        yield choice["delta"].get("content") or ""
        except httpx.HTTPError as error:
            metrics.CALLS.labels("unreachable").inc()
            raise ModelError("the model does not answer") from error

    async def _post(self, path: str, body: dict) -> dict:
        """The JSON answer. Limits and server errors are tried again after a pause, at most twice."""
        for number in range(TRIES):
            limited, wait_s = False, 0.3 * 2**number + random.random() / 10
            try:
                answer = await self._client.post(path, json=body)
                metrics.CALLS.labels(str(answer.status_code)).inc()
                if answer.status_code == 200:
                    return answer.json()
                limited = answer.status_code == 429
                if limited:
                    wait_s = max(wait_s, float(answer.headers.get("Retry-After", 0)) + 0.1)
                elif answer.status_code < 500:
                    break
            except httpx.TimeoutException:
                metrics.CALLS.labels("timeout").inc()
                break
            except (httpx.HTTPError, ValueError):
                metrics.CALLS.labels("unreachable").inc()
            if number + 1 < TRIES and wait_s <= MOST_WAIT_S:
                await asyncio.sleep(wait_s)
        raise ModelError("the model does not answer", limited)


def _pay(model: str, direction: str, tokens: int) -> None:
    metrics.COST.labels(model).inc(tokens * PRICES[model][direction] / 1_000_000)


def _spend(usage: dict, version: str) -> None:
    for direction, tokens in (("in", usage["prompt_tokens"]), ("out", usage["completion_tokens"])):
        metrics.TOKENS.labels(direction, CHAT, version).inc(tokens)
        _pay(CHAT, direction, tokens)
