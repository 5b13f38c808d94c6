"""A real provider behind the gateway, where the operator has one: the worker is told what was asked, and answers.

No socket leaves the pod. {"event": {"ask": n, "kind": ..., "body": {...}}} goes to the worker, and back comes one of
{"answer": n, "document": {...}} (the provider's own), {"answer": n, "exhausted": true}, {"answer": n, "refused": why}
and {"answer": n, "failed": true}; then, and when nothing comes, the prepared answer stands.
"""

import asyncio
import json
from dataclasses import replace

import gateway_openai as openai
import gateway_responses as responses
from gateway_answers import pieces
from gateway_read import members, rows, text
from gateway_said import Said, events
from wire import event

KINDS = ("chat", "response", "embedding")
WAIT_S, BODY_BYTES, WAITING = 75.0, 48 * 1024, 64
QUOTA = "You exceeded your current quota, please check your plan and billing details."


class Provider:
    """`is_on` from the start where there is one; the worker turns it off before the load test."""

    def __init__(self, is_on):
        self.is_on, self.number, self.waiting = is_on, 0, {}

    async def said(self, request, route, prepared):
        """What the provider says to a request that the gateway has understood, else `prepared`."""
        fits = self.is_on and route is not None and route.kind in KINDS and route.dialect is openai
        if not fits or prepared.status != 200 or len(request.body) > BODY_BYTES or len(self.waiting) >= WAITING:
            return prepared
        body = json.loads(request.body)
        answer = await self.ask(route.kind, body)
        if "refused" in answer:
            return Said(openai.error(400, text(answer["refused"])[:200]), status=400, ask=prepared.ask, source="budget")
        if answer.get("exhausted"):
            return exhausted(prepared)
        document = answer.get("document")
        if not isinstance(document, dict):
            return replace(prepared, source="prepared")
        usage = members(document.get("usage"))
        said = Said(document, ask=prepared.ask, usage=usage, source="provider")
        try:
            return streamed(said, route.kind, body) if prepared.frames is not None else said
        except (KeyError, TypeError, IndexError, AttributeError):
            return said if prepared.frames is None else replace(prepared, source="prepared")

    async def ask(self, kind, body):
        self.number += 1
        number = self.number
        self.waiting[number] = asyncio.get_running_loop().create_future()
        try:
            event(ask=number, kind=kind, body=body)
            return await asyncio.wait_for(self.waiting[number], WAIT_S)
        except TimeoutError:
            return {}
        finally:
            del self.waiting[number]

    def take(self, document):
        """An answer of the worker's; True when it was one."""
        if "answer" not in document:
            return False
        future = self.waiting.get(document["answer"])
        if future is not None and not future.done():
            future.set_result(document)
        return True


def exhausted(prepared):
    """As the provider itself says it: clients and their users know this one."""
    error = {"message": QUOTA, "type": "insufficient_quota", "param": None, "code": "insufficient_quota"}
    return Said({"error": error}, status=429, ask=prepared.ask, source="budget")


def streamed(said, kind, body):
    """The frames of a document, since it came at once."""
    if kind == "response":
        frames = responses.stream(said.document)
    else:
        with_usage = members(body.get("stream_options")).get("include_usage") is True
        frames = chat_frames(said.document, with_usage=with_usage)
    return Said(frames=frames, media="text/event-stream", ask=said.ask, usage=said.usage, source=said.source)


def chat_frames(document, *, with_usage):
    head = {name: document[name] for name in ("id", "created", "model") if name in document}
    head["object"] = "chat.completion.chunk"
    shown = []
    for choice in rows(document["choices"]):
        message = members(choice.get("message"))
        deltas = [{"role": "assistant", "content": ""}]
        deltas += [{"content": piece} for piece in pieces(text(message.get("content")))]
        for at, call in enumerate(rows(message.get("tool_calls"))):
            deltas.append({"tool_calls": [{"index": at, **call}]})
        ends = [(delta, None) for delta in deltas] + [({}, choice.get("finish_reason") or "stop")]
        index = choice.get("index", 0)
        shown += [head | {"choices": [{"index": index, "delta": delta, "finish_reason": end}]} for delta, end in ends]
    if with_usage:
        shown = [one | {"usage": None} for one in shown] + [head | {"choices": [], "usage": document.get("usage")}]
    return [*events(shown), b"data: [DONE]\n\n"]
