"""Requests that a service's own OpenAPI document forbids: each is one of its own, with one thing wrong in it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import Any
from urllib.parse import quote, urlencode

from sandbox.openapi import is_path, requests_of

LIMIT = 40
MAX_PATHS = 200
MAX_OPERATIONS = 20
MAX_MEMBERS = 8
MAX_DEPTH = 6
KIND_CHARACTERS = 120
Row = dict[str, Any]


def bad_requests(document: Row, limit: int = LIMIT) -> list[Row]:
    """Up to `limit` of {method, path, body, content_type, kind}, in turn from each operation; GET and POST alone."""
    paths = document.get("paths")
    each: list[list[Row]] = []
    for path, methods in list(paths.items())[:MAX_PATHS] if isinstance(paths, dict) else ():
        for method in ("post", "get") if isinstance(methods, dict) else ():
            operation = methods.get(method)
            if isinstance(operation, dict) and len(each) < MAX_OPERATIONS:
                try:
                    rows = list(_of(document, str(path), method, operation, methods.get("parameters")))
                except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
                    continue
                each.append([row | {"kind": row["kind"][:KIND_CHARACTERS]} for row in rows if is_path(row["path"])])
    return [row for row in chain.from_iterable(zip_longest(*each)) if row is not None][:limit]


def _of(document: Row, path: str, method: str, operation: Row, shared: Any) -> Iterator[Row]:
    alone = {method: operation} | ({"parameters": shared} if isinstance(shared, list) else {})
    made = requests_of({**document, "paths": {path: alone}}, 1)
    if not made:
        return
    good = made[0]
    yield from _parameters(document, path, good, operation, shared)
    body = _resolved(document, operation.get("requestBody"))
    media = (body.get("content") or {}).get("application/json") if body else None
    if method != "post" or not isinstance(media, dict) or not good["body"]:
        return
    schema, value = _resolved(document, media.get("schema")), json.loads(good["body"])
    yield good | {"body": good["body"][: len(good["body"]) // 2] + "{", "kind": "broken JSON"}
    if isinstance(value, dict) and schema.get("properties"):
        yield good | {"body": "[]", "kind": "a list in place of an object"}
        for name, wrong, kind in _members(document, schema, value):
            changed = copy.deepcopy(value)
            if wrong is None and kind.startswith("without"):
                changed.pop(name, None)
            else:
                changed[name] = wrong
            yield good | {"body": json.dumps(changed), "kind": kind}


def _members(document: Row, schema: Row, value: Row) -> Iterator[tuple[str, Any, str]]:
    required = [name for name in schema.get("required", []) if isinstance(name, str)]
    for name in required[:MAX_MEMBERS]:
        yield name, None, f"without {name}"
    for name, inside in list(schema["properties"].items())[:MAX_MEMBERS]:
        own = _resolved(document, inside)
        if name in value:
            for wrong, kind in _wrong(own):
                yield str(name), wrong, f"{name}: {kind}"


def _wrong(schema: Row) -> Iterator[tuple[Any, str]]:
    kind = schema.get("type")
    other = {"integer": "many", "number": "much", "string": {"a": [1]}, "boolean": "perhaps", "array": 7, "object": "x"}
    if isinstance(kind, str) and kind in other:
        yield other[kind], f"not a {kind}" if kind[0] not in "aio" else f"not an {kind}"
    if kind in ("integer", "number"):
        low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum")
        if isinstance(low, int | float):
            yield int(low) - 1, "below its minimum"
        if isinstance(high, int | float):
            yield int(high) + 1, "above its maximum"
    if kind == "string":
        longest, shortest = schema.get("maxLength"), schema.get("minLength")
        if isinstance(longest, int) and longest < 10_000:
            yield "x" * (longest + 1), "longer than allowed"
        if isinstance(shortest, int) and shortest > 0:
            yield "", "shorter than allowed"
    if isinstance(schema.get("enum"), list):
        yield "none-of-them", "none of the values allowed"


def _parameters(document: Row, path: str, good: Row, operation: Row, shared: Any) -> Iterator[Row]:
    """A text in place of a number, and a query without what it needs."""
    listed = [*(shared if isinstance(shared, list) else []), *(operation.get("parameters") or [])][:MAX_MEMBERS]
    for raw in listed:
        one = _resolved(document, raw)
        name, schema = str(one.get("name", "")), _resolved(document, one.get("schema"))
        numeric = schema.get("type") in ("integer", "number")
        if one.get("in") == "path" and numeric and path.count("{") == 1:
            wrong = quote(path.replace("{" + name + "}", "not-a-number"), safe="/%")
            yield good | {"path": wrong, "kind": f"{name}: not a number"}
        if one.get("in") == "query" and numeric:
            base = good["path"].partition("?")[0]
            yield good | {"path": f"{base}?{urlencode({name: 'not-a-number'})}", "kind": f"{name}: not a number"}
        if one.get("in") == "query" and one.get("required"):
            yield good | {"path": good["path"].partition("?")[0], "kind": f"without {name}"}


def _resolved(document: Row, value: Any) -> Row:
    """Local references followed, also of a value that may be null; {} where it is nothing to follow."""
    for _ in range(MAX_DEPTH):
        if not isinstance(value, dict):
            return {}
        options = [one for one in value.get("anyOf", []) if isinstance(one, dict) and one.get("type") != "null"]
        if len(options) == 1:
            value = options[0]
            continue
        reference = value.get("$ref")
        if not isinstance(reference, str):
            return value
        value = document
        for part in reference.removeprefix("#/").split("/")[:16]:
            value = value.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(value, dict) else None
    return {}
