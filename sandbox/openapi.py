"""Requests from a service's OpenAPI document: what it says it takes, filled with the smallest values that fit.

The document is the team's, and this runs on the worker: reading it has a budget of steps, nothing in it can make a
request larger than BODY_BYTES or send it anywhere but to a path of the service itself (`servers` is never read).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

MAX_DEPTH = 8
MAX_REQUESTS = 8
# Paths that are looked at, and steps through their schemas, whatever the document's size.
MAX_PATHS = 2_000
MAX_STEPS = 20_000
CHARACTERS_A_STEP = 50
MAX_ITEMS = 20
BODY_BYTES = 64 * 1024
PATH_BYTES = 2_000
# Below a service's own root: no scheme, no other host ("//host"), no space and no second line.
_PATH = re.compile(r"/(?:[\x21-\x2e\x30-\x7e][\x21-\x7e]*)?")
# Paths that describe or operate the service are not what its users ask for.
NOT_USERS = ("openapi", "/docs", "/redoc", "swagger", "/metrics", "/health", "/ready", "/live", "/admin")
# Of the document that Gradio makes of itself.
PLUMBING = ("/queue/join", "/run/{api_name}")
TEXT_BY_FORMAT = {
    "date": "2026-01-15",
    "date-time": "2026-01-15T12:00:00Z",
    "email": "person@example.org",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "uri": "https://example.org/",
}


class TooMuch(Exception):
    """The document asks for more than the budget; what was made before it stays."""


def is_path(path: object) -> bool:
    """Whether a text is a path that may be asked of a service."""
    return isinstance(path, str) and len(path) <= PATH_BYTES and _PATH.fullmatch(path) is not None


def is_plumbing(document: object) -> bool:
    """Whether it describes only how a framework's own page speaks with its server, and nothing that people ask for."""
    paths = document.get("paths") if isinstance(document, dict) else None
    return isinstance(paths, dict) and any(isinstance(path, str) and path.endswith(PLUMBING) for path in paths)


def requests_of(document: dict[str, Any], limit: int = MAX_REQUESTS) -> list[dict[str, Any]]:
    """Up to `limit` requests {method, path, body, content_type}: GET and POST, users' paths first.

    DELETE, PUT and PATCH are never sent: a load test must not empty somebody's table.
    """
    reader, made = _Reader(document), list[dict[str, Any]]()
    operations = sorted(_operations(document), key=lambda one: any(word in one[0].lower() for word in NOT_USERS))
    for path, method, operation, shared in operations:
        try:
            row = reader.request(path, method, operation, shared)
        except TooMuch:
            break
        except (ValueError, TypeError, OverflowError, RecursionError):  # a schema that contradicts itself
            continue
        if row is not None:
            made.append(row)
        if len(made) >= limit:
            break
    return made


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], list[Any]]]:
    paths = document.get("paths")
    for path, methods in list(paths.items())[:MAX_PATHS] if isinstance(paths, dict) else ():
        for method in ("get", "post") if isinstance(methods, dict) else ():
            operation = methods.get(method)
            if isinstance(operation, dict):
                yield str(path), method, operation, _list(methods.get("parameters"))


def example(root: dict[str, Any], schema: Any) -> Any:
    """The smallest value that fits a schema of a document; TooMuch where finding it would take too long."""
    return _Reader(root).example(schema)


@dataclass
class _Reader:
    """One document and what is left of its budget."""

    root: dict[str, Any]
    steps: int = MAX_STEPS

    def request(self, path: str, method: str, operation: dict[str, Any], shared: list[Any]) -> dict[str, Any] | None:
        query = {}
        for raw in [*shared, *_list(operation.get("parameters"))][:MAX_ITEMS]:
            parameter = self.deref(raw)
            name, place = str(parameter.get("name", "")), parameter.get("in")
            value = self.parameter(parameter)
            if place == "path":
                path = path.replace("{" + name + "}", quote(_text_of(value), safe=""))
            elif place == "query" and parameter.get("required"):
                query[name] = _text_of(value)
            elif place in ("header", "cookie") and parameter.get("required"):
                return None
        if "{" in path:
            return None
        path = quote(path, safe="/:@!$&'()*+,;=-._~%?")
        row: dict[str, Any] = {"method": method.upper(), "path": path, "body": "", "content_type": ""}
        if query:
            row["path"] += "?" + urlencode(query, errors="replace")
        body = operation.get("requestBody")
        if method == "post" and body is not None:
            media = _dict(self.deref(body).get("content")).get("application/json")
            if media is None:
                return None
            media = _dict(media)
            value = media["example"] if "example" in media else self.example(media.get("schema", {}))
            row |= {"body": json.dumps(value, allow_nan=False), "content_type": "application/json"}
        return row if is_path(row["path"]) and len(row["body"]) <= BODY_BYTES else None

    def parameter(self, parameter: dict[str, Any]) -> Any:
        if "example" in parameter:
            return parameter["example"]
        return self.example(parameter.get("schema", {"type": "string"}))

    def deref(self, value: Any) -> dict[str, Any]:
        """Follow local references; an unknown or endless one is an empty schema."""
        for _ in range(MAX_DEPTH):
            self.step()
            if not isinstance(value, dict):
                return {}
            reference = value.get("$ref")
            if not isinstance(reference, str):
                return value
            if not reference.startswith("#/"):
                return {}
            value = self.root
            for part in reference.removeprefix("#/").split("/")[: 2 * MAX_DEPTH]:
                value = _dict(value).get(part.replace("~1", "/").replace("~0", "~"))
        return {}

    def step(self, cost: int = 1) -> None:
        self.steps -= cost
        if self.steps < 0:
            raise TooMuch

    def given(self, value: Any) -> Any:
        """A value of the document itself; it costs what it is long, because a schema may repeat it."""
        self.step(len(json.dumps(value)) // CHARACTERS_A_STEP)
        return value

    def example(self, schema: Any, depth: int = 0) -> Any:  # noqa: PLR0911 - one return a kind of schema
        """What the schema gives as example, default or enumeration comes first."""
        schema = self.deref(schema)
        for name in ("example", "default", "const"):
            if name in schema:
                return self.given(schema[name])
        for name in ("examples", "enum"):
            if _list(schema.get(name)):
                return self.given(schema[name][0])
        if depth > MAX_DEPTH:
            return None
        for name in ("anyOf", "oneOf"):
            options = [self.deref(option) for option in _list(schema.get(name))[:MAX_ITEMS]]
            chosen = next((option for option in options if option.get("type") != "null"), None)
            if chosen is not None:
                return self.example(chosen, depth + 1)
        if _list(schema.get("allOf")):
            return self.example(self.merged(schema["allOf"]), depth + 1)
        kind = schema.get("type")
        kind = next((one for one in kind if one != "null"), None) if isinstance(kind, list) else kind
        if kind == "object" or "properties" in schema:
            properties = _dict(schema.get("properties"))
            wanted = _list(schema.get("required")) or list(properties)
            names = [self.given(str(name)) for name in wanted]
            return {name: self.example(properties.get(name, {}), depth + 1) for name in names}
        if kind == "array":
            items = min(MAX_ITEMS, max(1, _whole(schema.get("minItems"), 1)))
            return [self.example(schema.get("items", {}), depth + 1) for _ in range(items)]
        if kind in ("integer", "number"):
            return _number(schema, kind)
        if kind == "boolean":
            return True
        return _text(schema)

    def merged(self, parts: list[Any]) -> dict[str, Any]:
        """One object of what "allOf" lists."""
        merged: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
        for part in (self.deref(one) for one in parts[:MAX_ITEMS]):
            merged["properties"] |= _dict(part.get("properties"))
            merged["required"] += _list(part.get("required"))
        return merged


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _whole(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def _text_of(value: Any) -> str:
    """A parameter's value as text, halves of surrogate pairs replaced."""
    return str(value)[:PATH_BYTES].encode("utf-8", "replace").decode()


def _number(schema: dict[str, Any], kind: str) -> float | int:
    low = _finite(schema.get("minimum", schema.get("exclusiveMinimum")))
    high = _finite(schema.get("maximum", schema.get("exclusiveMaximum")))
    if low is not None and high is not None:
        value: float = (low + high) / 2
    elif low is not None:
        value = low + 1
    else:
        value = 1 if high is None else min(1, high - 1)
    return int(value) if kind == "integer" else float(value)


def _finite(value: Any) -> float | int | None:
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    return value if usable and math.isfinite(value) and abs(value) < 2**53 else None


def _text(schema: dict[str, Any]) -> str:
    text = TEXT_BY_FORMAT.get(str(schema.get("format")), "text")
    text = text.ljust(min(_whole(schema.get("minLength"), 0), 1000), "x")
    return text[: max(0, _whole(schema.get("maxLength"), len(text)))]
