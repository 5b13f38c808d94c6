"""Asked by a request of HTTP with the question in its body or its path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sandbox.assistant.askers import Kind, Route, Sight
from sandbox.assistant.marks import word
from sandbox.assistant.names import QUESTION
from sandbox.assistant.routes import EVERY, asks

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
EVENTS = "text/event-stream"


def find(sight: Sight) -> list[Route]:
    routes = [row for row in sight.target.plan.hints.get("routes", []) if isinstance(row, dict)]
    return asks(sight.declared, sight.described, routes)


def request(
    route: Mapping[str, Any],
    question: str,
    *,
    user: str = "",
    stream: bool = False,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The question in each member that may be the one, whose it is, and `extra` members beside it."""
    headers = dict(route.get("headers") or {})
    body: dict[str, Any] = {**(route.get("json") or {}), **(extra or {})}
    names = [name for name in QUESTION if name != "q"] if route["field"] == EVERY else [route["field"]]
    for name in names:
        body[name] = [{"role": "user", "content": question}] if name == "messages" else question
    named = route.get("user") or {}
    if "header" in named:
        headers[named["header"]] = user or word("user")
    elif "field" in named:
        body[named["field"]] = user or word("user")
    if stream and route.get("stream_field"):
        body[route["stream_field"]] = True
    path = (route.get("stream") or route["path"]) if stream else route["path"]
    each: dict[str, Any] = {"method": route["method"], "path": path, "headers": headers, "body": ""}
    if route["place"] == "query":
        each["path"] += "?" + urlencode({name: value for name, value in body.items() if isinstance(value, str)})
    elif route["place"] == "form":
        each["body"] = urlencode({name: value for name, value in body.items() if isinstance(value, str)})
        each["headers"] = FORM | headers
    else:
        each["body"] = json.dumps(body)
        each["headers"] = JSON | headers
    return each


def streams(route: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    """It has a route or a member for that, or its answer came as events."""
    return bool(route["stream"] or route["stream_field"] or seen["content_type"] == EVENTS)


KIND = Kind("http", 0, find, request, streams, is_http=True)
