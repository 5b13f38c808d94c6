"""The live view: server-sent events of one evaluation as a raw ASGI application, in front of Django's pages.

Pages run on WSGI, where Django is fastest; a stream costs a few kilobytes here and a whole thread there
(docs/decisions/0004-pages-on-wsgi-streams-on-asgi.md).
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import redis.asyncio as redis
from django.conf import settings
from django.core import signing
from django.db import close_old_connections

from evaluations.models import LIVE, Evaluation, EventLine
from evaluations.news import stream_key

log = logging.getLogger(__name__)
PREFIX = "/live/"
TOKEN_SALT = "evaluations.live"  # noqa: S105 - a name space for signatures, not a secret
TOKEN_AGE_S = 3 * 3_600
LIFE_S = 30 * 60
KEEPALIVE_S = 15.0
BATCH = 200
MAX_VIEWERS = 2_000
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
_viewers = 0


def live_url(evaluation: Evaluation) -> str:
    """The stream's address with a signed token: the page checked who may look, the stream need not ask again."""
    token = signing.dumps(evaluation.public_id, salt=TOKEN_SALT)
    return f"{PREFIX}{evaluation.public_id}?token={token}"


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """GET /live/{evaluation}?token=…: batches `data: [event, …]` with `id: <seq>`, at last `event: end`."""
    public_id = scope["path"].removeprefix(PREFIX)
    query = dict(part.partition("=")[::2] for part in scope["query_string"].decode("ascii", "replace").split("&"))
    try:
        allowed = signing.loads(query.get("token", ""), salt=TOKEN_SALT, max_age=TOKEN_AGE_S) == public_id
    except signing.BadSignature:
        allowed = False
    if not allowed:
        await _answer(send, 403, "Open the evaluation's page again to follow it.")
        return
    if _viewers >= MAX_VIEWERS:
        await _answer(send, 429, "Too many people are watching. The page refreshes itself.")
        return
    headers = dict(scope["headers"])
    try:
        after = int(headers.get(b"last-event-id") or query.get("after") or 0)
    except ValueError:
        after = 0
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await _chunk(send, "retry: 1000\n\n")
    gone = asyncio.ensure_future(_gone(receive))
    try:
        await _follow(public_id, after, send, gone)
    finally:
        gone.cancel()


async def _follow(public_id: str, after: int, send: Send, gone: "asyncio.Future[None]") -> None:
    global _viewers  # noqa: PLW0603 - a process-wide count is what the cap is about
    _viewers += 1
    client = redis.Redis.from_url(settings.REDIS_URL)
    try:
        after = await _replay(public_id, after, send)
        ends_at = time.monotonic() + LIFE_S
        while not gone.done() and time.monotonic() < ends_at:
            fetched = await client.xread(
                {stream_key(public_id): f"{after}-0"}, count=BATCH, block=int(KEEPALIVE_S * 1000)
            )
            events = [json.loads(fields[b"event"]) for _, entries in fetched or [] for _, fields in entries]
            if events:
                after = events[-1]["seq"]
                await _batch(send, events)
            if not events or events[-1]["kind"] == "stage":
                if not await asyncio.to_thread(_is_live, public_id):
                    await _replay(public_id, after, send)
                    await _chunk(send, "event: end\ndata: {}\n\n")
                    break
                await _chunk(send, ": still here\n\n")
    except redis.RedisError:
        log.warning("the live view of %s lost Redis", public_id, exc_info=True)
    finally:
        _viewers -= 1
        await client.aclose()
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _replay(public_id: str, after: int, send: Send) -> int:
    """Everything stored that the viewer has not seen; the number of the last line."""
    while events := await asyncio.to_thread(_stored, public_id, after):
        await _batch(send, events)
        after = events[-1]["seq"]
    return after


def _stored(public_id: str, after: int) -> list[dict[str, Any]]:
    close_old_connections()
    lines = EventLine.objects.filter(evaluation__public_id=public_id, seq__gt=after).order_by("seq")
    return list(lines.values("seq", "stage", "kind", "source", "text", "fraction")[:BATCH])


def _is_live(public_id: str) -> bool:
    close_old_connections()
    return Evaluation.objects.filter(public_id=public_id, stage__in=LIVE).exists()


async def _batch(send: Send, events: list[dict[str, Any]]) -> None:
    await _chunk(send, f"id: {events[-1]['seq']}\ndata: {json.dumps(events)}\n\n")


async def _chunk(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Send, status: int, text: str) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": text.encode()})
