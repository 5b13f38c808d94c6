"""Something written to a service by a POST of its OpenAPI document that one of its GETs shows again."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from sandbox.asking import as_sent, fetch, get
from sandbox.openapi import is_path, requests_of
from sandbox.probes import Target

MAX_POSTS, MAX_GETS = 4, 8
DOCUMENT_BYTES, READ_BYTES = 1024 * 1024, 256 * 1024
# The value that an example has where the schema says nothing but "string".
FREE_TEXT = "text"
IDS = ("id", "uuid", "key", "_id", "name", "slug")


@dataclass(frozen=True)
class Written:
    """A mark that was written, and the request that shows it."""

    mark: str
    wrote: dict[str, Any]
    read: dict[str, Any]

    def is_shown(self, target: Target, port: int | None = None) -> bool:
        """Whether a service still shows it; `port` is another one than the application's own."""
        return self.mark in fetch(target, [self.read], body_bytes=READ_BYTES, port=port)[0]["body"]


def write(target: Target, port: int | None = None) -> Written | None:
    """Write a mark and find it again; None when the document has no POST whose text a GET shows."""
    document = described(target)
    if document is None:
        return None
    posts = [row for row in requests_of(document, 100) if row["method"] == "POST"]
    for row in posts[:MAX_POSTS]:
        written = _write(target, document, row, port)
        if written is not None:
            return written
    return None


def described(target: Target) -> dict[str, Any] | None:
    """The service's OpenAPI document."""
    path = target.seen["boot"].get("openapi")
    if not path:
        return None
    try:
        document = json.loads(fetch(target, [get(path)], body_bytes=DOCUMENT_BYTES)[0]["body"])
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _write(target: Target, document: dict[str, Any], row: dict[str, Any], port: int | None) -> Written | None:
    mark = "q" + secrets.token_hex(4)
    body = _marked(row["body"], mark)
    if not body:
        return None
    asked = as_sent(row) | {"body": body}
    answer = fetch(target, [asked], body_bytes=READ_BYTES, port=port)[0]
    if answer["status"] is None or answer["status"] >= 300:
        return None
    gets = [get(path) for path in _paths(document, row["path"], answer["body"])]
    for read, shown in zip(gets, fetch(target, gets, body_bytes=READ_BYTES, port=port), strict=True):
        if shown["status"] == 200 and mark in shown["body"]:
            return Written(mark, asked, read)
    return None


def _marked(body: str, mark: str) -> str:
    """The body with the mark in every text that may be anything; "" when it has none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(value, dict):
        return ""
    marked = {name: mark if inside == FREE_TEXT else inside for name, inside in value.items()}
    return json.dumps(marked) if marked != value else ""


def _paths(document: dict[str, Any], posted: str, answer: str) -> list[str]:
    """What may show it: the same path, the path of what was made, and everything that is asked without a parameter."""
    ids: list[str] = []
    try:
        made = json.loads(answer)
        ids = [str(made[name]) for name in IDS if name in made] if isinstance(made, dict) else []
    except (ValueError, RecursionError):
        pass
    plain = [row["path"] for row in requests_of(document, 100) if row["method"] == "GET"]
    base = posted.partition("?")[0].rstrip("/")
    wanted = [base or "/", *(f"{base}/{one}" for one in ids), *plain]
    return [path for path in dict.fromkeys(wanted) if is_path(path)][:MAX_GETS]
