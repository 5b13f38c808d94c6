"""The routes that predict, read from an OpenAPI document: which take one row, which several, and of which columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from sandbox.openapi import MAX_PATHS, TooMuch, example, is_path
from sandbox.prediction import Field, Route, Routes

PREDICTS = re.compile(
    r"predict|score|infer|classif|forecast|recommend|estimat|detect|regress|invocations", re.IGNORECASE
)
_BATCH = re.compile(r"batch|bulk|many|multi", re.IGNORECASE)
_JSON, _FORM, _FILE = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
MOST_FIELDS, NAME_CHARACTERS = 60, 100
EXAMPLE_BYTES = 16 * 1024
_DEEP = 8


def routes_of(document: dict[str, Any], path: str = "", batch: str = "") -> Routes:
    """`path` and `batch` are what a manifest declares, "" to look for them."""
    single: Route | None = None
    several: Route | None = None
    files: list[str] = []
    for at, schema, kind in _posts(document):
        declared = at in (path, batch)
        if not declared and not PREDICTS.search(at):
            continue
        if kind == _FILE:
            files.append(at)
            continue
        is_batch, route = (False, _form(document, at, schema)) if kind == _FORM else _route(document, at, schema)
        if at == batch or (is_batch and not batch):
            several = several or (route if is_batch else Route(at))
        if at == path or (not is_batch and not path and not _BATCH.search(at)):
            single = single or route
    return Routes(single, several, "openapi", tuple(_gets(document)), tuple(files))


def _posts(document: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """(path, schema of the body, its media type)"""
    paths = document.get("paths")
    for at, methods in list(paths.items())[:MAX_PATHS] if isinstance(paths, dict) else ():
        post = methods.get("post") if isinstance(methods, dict) else None
        if isinstance(post, dict) and is_path(at) and "{" not in at:
            content = _dict(_dict(_resolved(document, post.get("requestBody"))).get("content"))
            kind = next((kind for kind in (_JSON, _FORM, _FILE) if kind in content), _JSON)
            yield at, _dict(content.get(kind)).get("schema"), kind


def _gets(document: dict[str, Any]) -> Iterator[str]:
    paths = document.get("paths")
    for at, methods in list(paths.items())[:200] if isinstance(paths, dict) else ():
        if isinstance(methods, dict) and "get" in methods and is_path(at) and "{" not in at:
            yield at


def _route(document: dict[str, Any], at: str, schema: Any) -> tuple[bool, Route]:
    """(it takes several rows, the route)"""
    schema = _resolved(document, schema)
    if schema.get("type") == "array":
        return True, Route(at, "", _fields(document, _resolved(document, schema.get("items"))))
    properties = _dict(schema.get("properties"))
    if len(properties) == 1:
        ((name, inner),) = properties.items()
        inner = _resolved(document, inner)
        rows = _resolved(document, inner.get("items"))
        if inner.get("type") == "array" and rows.get("properties"):
            return True, Route(at, str(name), _fields(document, rows))
        if inner.get("properties"):
            return False, Route(at, str(name), _fields(document, inner), _example(document, inner))
    return False, Route(at, "", _fields(document, schema), _example(document, schema))


def _form(document: dict[str, Any], at: str, schema: Any) -> Route:
    schema = _resolved(document, schema)
    return Route(at, "", _fields(document, schema), _example(document, schema), form=True)


def _example(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any] | None:
    try:
        value = example(document, schema)
    except (TooMuch, ValueError, TypeError, OverflowError, RecursionError):
        return None
    return value if isinstance(value, dict) and value and len(json.dumps(value)) <= EXAMPLE_BYTES else None


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> tuple[Field, ...]:
    needed = _list(schema.get("required"))
    found = []
    for name, raw in list(_dict(schema.get("properties")).items())[:MOST_FIELDS]:
        if len(str(name)) > NAME_CHARACTERS:
            continue
        told = _resolved(document, raw)
        for option in _list(told.get("anyOf")):
            if _dict(option).get("type") != "null":
                told = told | _resolved(document, option)
                break
        found.append(_field(str(name), told, name in needed))
    return tuple(found)


def _field(name: str, told: dict[str, Any], required: bool) -> Field:
    options = _list(told.get("enum"))
    kind = told.get("type")
    low, high = _bound(told, "minimum", "exclusiveMinimum"), _bound(told, "maximum", "exclusiveMaximum")
    if kind in ("integer", "number"):
        return Field(name, "number", required, (), low, high, kind == "integer")
    if kind == "boolean":
        return Field(name, "boolean", required)
    return Field(name, "text" if kind == "string" else "", required, tuple(str(one)[:100] for one in options[:30]))


def _bound(told: dict[str, Any], *names: str) -> float | None:
    values = [told[name] for name in names if isinstance(told.get(name), int | float)]
    return float(values[0]) if values and not isinstance(values[0], bool) and abs(values[0]) < 1e15 else None


def _resolved(document: dict[str, Any], value: Any) -> dict[str, Any]:
    """The schema behind local references; {} of anything else."""
    for _ in range(_DEEP):
        if not isinstance(value, dict):
            return {}
        reference = value.get("$ref")
        if not isinstance(reference, str):
            return value
        value = document
        for part in reference.removeprefix("#/").split("/")[: 2 * _DEEP]:
            value = _dict(value).get(part.replace("~1", "/").replace("~0", "~"))
    return {}


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
