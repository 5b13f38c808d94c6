"""Where an application may be asked, and where it takes documents and feedback: declared, described, or by its routes.

A route is {"path", "method", "place", "field", "json", "headers", "answer", "stream", "stream_field", "user",
"source"}: `place` is where the words go (json, form, query), `field` the member, `user` {"header"|"field": name} or
None, `source` declared, openapi or routes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.assistant.described import Operation
from sandbox.assistant.names import (
    ASKS,
    CALLED,
    DOCUMENT,
    NOT_ASKED,
    QUESTION,
    STREAMS,
    TAKES_DOCUMENTS,
    TAKES_FEEDBACK,
    USER,
    first_of,
)

MOST_CANDIDATES = 8
# Where nothing is described, a body has every name, and the application takes the one that it knows.
EVERY = "*"


def asks(
    declared: Mapping[str, Any], described: Sequence[Operation], routes: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Routes that may ask a model, the likeliest first; the declared one alone when there is one."""
    said = declared.get("ask") or {}
    user = declared.get("user")
    known = [route for one in described if (route := _described(one, described)) is not None]
    if said:
        like = next((route for route in known if route["path"] == said["path"]), None)
        field = said.get("field") or (like["field"] if like else EVERY)
        found = [_route(said["path"], field=field) | (like or {}) | {"field": field, "source": "declared"}]
    else:
        found = sorted(known, key=lambda route: not ASKS.search(route["path"])) or _undescribed(routes)
    for route in found:
        route["json"] = {**route["json"], **(said.get("json") or {})}
        route["headers"] = dict(said.get("headers") or {})
        route["answer"] = said.get("answer") or ""
        route["stream"] = said.get("stream") or route["stream"]
        route["user"] = user or route["user"]
    return found[:MOST_CANDIDATES]


def _route(path: str, **known: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "method": "POST",
        "place": "json",
        "field": EVERY,
        "json": {},
        "stream": "",
        "stream_field": "",
        "user": None,
    }
    return {"path": path, **empty, **known}


def _described(one: Operation, among: Sequence[Operation]) -> dict[str, Any] | None:
    if STREAMS.search(one.path) or NOT_ASKED.search(one.path) or (one.method == "GET" and not ASKS.search(one.path)):
        return None
    inside = first_of(QUESTION, one.members) if one.kind in ("json", "form") else ""
    outside = first_of(QUESTION, one.query)
    if not inside and not outside:
        return None
    streams = next((each.path for each in among if STREAMS.search(each.path) and ASKS.search(each.path)), "")
    return _route(
        one.path,
        method=one.method,
        place=one.kind if inside else "query",
        field=inside or outside,
        json=one.body if inside else {},
        stream=streams,
        stream_field="stream" if one.members.get("stream", {}).get("type") == "boolean" else "",
        user=user_of(one),
        source="openapi",
    )


def user_of(one: Operation) -> dict[str, str] | None:
    """How an operation is told whose request it is; None when it is not."""
    header = next((name for name in one.headers if USER.search(name)), "")
    member = next((name for name in one.members if USER.search(name)), "")
    return {"header": header} if header else {"field": member} if member else None


def _undescribed(routes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Of routes whose bodies nobody describes, those that are named like asking."""
    paths = [
        str(route["path"])
        for route in routes
        if "POST" in str(route.get("method", "")).upper() and not set("{<:*(") & set(str(route.get("path", "{")))
    ]
    named = [path for path in paths if not NOT_ASKED.search(path) and not STREAMS.search(path)]
    streams = next((path for path in paths if STREAMS.search(path)), "")
    found = []
    for path in sorted(dict.fromkeys(named), key=lambda path: not ASKS.search(path)):
        found += [_route(path, place=place, stream=streams, source="routes") for place in ("json", "form")]
    return found


def documents(
    declared: Mapping[str, Any], described: Sequence[Operation], routes: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """{"path", "place": json or multipart, "field", "name", "json", "id", "source"} of what takes documents; None.

    `name` is the member that says how a document is called, "" where there is none.
    """
    said = declared.get("documents")
    known = next((route for one in described if (route := _document_route(one)) is not None), None)
    if said:
        like = known if known and known["path"] == said["path"] else None
        field = said.get("field") or (like["field"] if like else "")
        place = "json" if said.get("field") else (like["place"] if like else "multipart")
        return {
            "path": said["path"],
            "place": place,
            "field": field or "file",
            "name": said.get("name") or (like["name"] if like else ""),
            "json": {**(like["json"] if like else {}), **(said.get("json") or {})},
            "id": said.get("id", ""),
            "source": "declared",
        }
    if known or described:
        return known
    path = next(
        (
            str(route["path"])
            for route in routes
            if "POST" in str(route.get("method", "")).upper()
            and TAKES_DOCUMENTS.search(str(route["path"]))
            and "<" not in str(route["path"])
        ),
        "",
    )
    if not path:
        return None
    return {"path": path, "place": "json", "field": EVERY, "name": "", "json": {}, "id": "", "source": "routes"}


def _document_route(one: Operation) -> dict[str, Any] | None:
    if one.method != "POST" or not TAKES_DOCUMENTS.search(one.path):
        return None
    binary = next(
        (name for name, schema in one.members.items() if "binary" in str(schema) or "octet-stream" in str(schema)), ""
    )
    field = binary if one.kind == "multipart" else first_of(DOCUMENT, one.members)
    if not field or one.kind == "form":
        return None
    return {
        "path": one.path,
        "place": one.kind,
        "field": field,
        "name": first_of(CALLED, (name for name in one.members if name != field)),
        "json": {name: value for name, value in one.body.items() if name != field},
        "id": "",
        "source": "openapi",
    }


def feedback(declared: Mapping[str, Any], described: Sequence[Operation]) -> dict[str, Any] | None:
    """{"path", "json", "source"} of what takes a person's opinion of an answer; None."""
    said = declared.get("feedback")
    if said:
        return {"path": said["path"], "json": said.get("json") or {}, "source": "declared"}
    one = next((one for one in described if one.method == "POST" and TAKES_FEEDBACK.search(one.path)), None)
    return {"path": one.path, "json": one.body, "source": "openapi"} if one else None
