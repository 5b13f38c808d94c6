"""What to send this service: requests that its team names, else from its OpenAPI document, routes or page; sessions."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from sandbox.load.declared import requests_of_manifest
from sandbox.openapi import MAX_REQUESTS, NOT_USERS, is_path, is_plumbing, requests_of
from sandbox.probes import Probe, Target
from sandbox.sessions import find
from sandbox.sessions.asking import Row

DOCUMENT_BYTES = 1024 * 1024
MAX_LINKS = 500
Pair = tuple[dict[str, Any], dict[str, Any]]
# Their pages are a shell; what people use goes over a WebSocket.
SHELL_FRAMEWORKS = ("streamlit", "gradio", "chainlit", "panel", "shiny")
OPENS_WEBSOCKET = re.compile(r"new\s+WebSocket\s*\(")
# Socket.IO's own handshake (Engine.IO protocol, "Handshake"): a server of it opens a session.
SOCKET_IO, SOCKET_IO_OPENS = "/socket.io/?EIO=4&transport=polling", '0{"sid"'
PAGE_BYTES = 256 * 1024


def gather(target: Target) -> dict[str, Any]:
    """Candidates in three ways, each sent twice while the service is idle; those that answer 2xx or 3xx are kept.

    `shape` is "" where the two answers were not of the same one. `sessions` are what is put under load instead where
    people use the application by them and it has no API of its own; `shell` says that nothing else could be found
    than a page whose application is reached over a WebSocket.
    """
    source, wanted = _candidates(target)
    kind, sessions = ("", []) if source not in ("page", "shell") else _sessions(target)
    is_shell = not sessions and (source == "shell" or kind != "")
    wanted = [request for request in wanted if is_path(request["path"])] or [_get("/")]
    answers = send(target, wanted)
    kept = [
        (request, answer)
        for request, answer in zip(wanted, answers, strict=True)
        if answer["status"] is not None and 200 <= answer["status"] < 400
    ]
    if not kept:
        source, kept = "fallback", _fallback(target, wanted, answers)
    kept = kept if source == "manifest" else _of_users(kept)[:MAX_REQUESTS]
    return {
        "source": source,
        "requests": _twice(target, kept),
        "session": kind,
        "sessions": sessions,
        "refused": [
            {"method": request["method"], "path": request["path"], "status": answer["status"]}
            for request, answer in zip(wanted, answers, strict=False)
            if answer["status"] is None or answer["status"] >= 400
        ][:MAX_REQUESTS],
        "shell": is_shell,
    }


def _twice(target: Target, kept: list[Pair]) -> list[dict[str, Any]]:
    """What is kept with its answer, sent once more."""
    again = send(target, [request for request, _ in kept]) if kept else []
    return [
        {
            **request,
            "status": answer["status"],
            "bytes": answer["bytes"],
            "ms": answer["ms"],
            "shape": answer["shape"] if answer["shape"] == second["shape"] else "",
        }
        for (request, answer), second in zip(kept, again, strict=True)
    ]


def _sessions(target: Target) -> tuple[str, list[dict[str, Any]]]:
    """(kind, the sessions that ended well, else one that failed). One that is refused is none: it asks for a login."""

    def ask(row: Row) -> dict[str, Any]:
        return send(target, [row], DOCUMENT_BYTES)[0]

    kind, rows = find(ask, target.seen["boot"].get("health_path") or "")
    answers = send(target, rows) if rows else []
    tried = list(zip(rows, answers, strict=True))
    well = [(row, answer) for row, answer in tried if answer["status"] == 200]
    broken = [(row, answer) for row, answer in tried if answer["status"] is None or answer["status"] >= 500]
    return kind, _twice(target, well or broken[:1])


def _of_users(kept: list[Pair]) -> list[Pair]:
    """Without paths that describe or operate the service, where there are others: their rate is not the service's."""
    others = [pair for pair in kept if not any(word in pair[0]["path"].lower() for word in NOT_USERS)]
    return others or kept


def _fallback(target: Target, wanted: list[dict[str, Any]], answers: list[dict[str, Any]]) -> list[Pair]:
    """What can be timed where nothing answered well.

    A request that ended in a server error goes under load as it is: a health path that is well must not stand in for
    a service that is not. Only where the service merely knows none of our paths is its health path asked, or its 404.
    """
    broken = [
        (request, answer)
        for request, answer in zip(wanted, answers, strict=True)
        if answer["status"] is not None and answer["status"] >= 500
    ]
    if broken:
        return broken[:1]
    request = _get(target.seen["boot"].get("health_path") or "/")
    answered = [(request, answer) for answer in send(target, [request]) if answer["status"] is not None]
    # Silence now must not spare a service its load: the first request is sent all the same, and fails or does not.
    return answered or [(wanted[0], answers[0])]


def send(target: Target, wanted: list[dict[str, Any]], body_bytes: int = 1024) -> list[dict[str, Any]]:
    requests = [
        {
            "method": each["method"],
            "path": each["path"],
            "body": each["body"],
            "headers": {"Content-Type": each["content_type"]} if each["content_type"] else {},
            "session": each.get("session", ""),
        }
        for each in wanted
    ]
    done = target.pod.tool(
        "fetch",
        {"port": target.port, "requests": requests, "total_s": 40.0, "body_bytes": body_bytes},
        timeout_s=70.0,
        cancellation=target.cancellation,
    )
    answers: list[dict[str, Any]] = done["answers"]
    return answers


def _get(path: str) -> dict[str, Any]:
    return {"method": "GET", "path": path, "body": "", "content_type": ""}


def _candidates(target: Target) -> tuple[str, list[dict[str, Any]]]:
    if declared := requests_of_manifest(target.plan.hints):
        return "manifest", declared
    described = target.seen["boot"].get("openapi")
    if described:
        answer = send(target, [_get(described)], DOCUMENT_BYTES)[0]
        try:
            document = json.loads(answer["body"])
        except (ValueError, RecursionError):
            document = None
        if isinstance(document, dict) and not is_plumbing(document) and (requests := requests_of(document)):
            return "openapi", requests
    routes = [route for route in target.plan.hints.get("routes", []) if isinstance(route, dict)]
    plain = [
        _get(str(route["path"]))
        for route in routes
        if "GET" in str(route.get("method", "GET")).upper() and not re.search(r"[{<:]", str(route.get("path", "{")))
    ]
    if any(each["path"] != "/" for each in plain):
        return "routes", plain[:MAX_REQUESTS]
    page, socket_io = (answer["body"] for answer in send(target, [_get("/"), _get(SOCKET_IO)], PAGE_BYTES))
    framework = target.plan.hints.get("framework")
    if framework in SHELL_FRAMEWORKS or socket_io.startswith(SOCKET_IO_OPENS) or OPENS_WEBSOCKET.search(page):
        return "shell", [_get("/")]
    return ("routes", plain) if plain else ("page", [_get("/"), *(_get(path) for path in _links(page))])


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {"a": "href", "link": "href", "script": "src", "img": "src"}
        self.found += [value for name, value in attrs if name == names.get(tag) and value]


def _links(page: str) -> list[str]:
    """Paths on the same host that the page links to; logging out is not one to try."""
    parser = _Links()
    parser.feed(page)
    paths = []
    for link in parser.found[:MAX_LINKS]:
        try:
            parts = urlsplit(link)
        except ValueError:  # an address that is none, such as "//[x"
            continue
        if parts.scheme or parts.netloc or not parts.path or "logout" in parts.path.lower():
            continue
        paths.append("/" + parts.path.lstrip("./"))
    return list(dict.fromkeys(filter(is_path, paths)))[: MAX_REQUESTS - 1]


PROBE = Probe("scenario", 2, 10, "service", "Which requests make sense for this service?", gather)
