"""Requests from a service's OpenAPI document: what it says it takes, filled with the smallest values that fit."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

MAX_DEPTH = 8
MAX_REQUESTS = 8
# Paths that describe or operate the service are not what its users ask for.
NOT_USERS = ("openapi", "/docs", "/redoc", "swagger", "/metrics", "/health", "/ready", "/live", "/admin")
TEXT_BY_FORMAT = {
    "date": "2026-01-15",
    "date-time": "2026-01-15T12:00:00Z",
    "email": "person@example.org",
    "uuid": "123e4567-e89b-42d3-a456-426614174000",
    "uri": "https://example.org/",
}


def requests_of(document: dict[str, Any], limit: int = MAX_REQUESTS) -> list[dict[str, Any]]:
    """Up to `limit` requests {method, path, body, content_type}: GET and POST, users' paths first.

    DELETE, PUT and PATCH are never sent: a load test must not empty somebody's table.
    """
    rows = []
    paths = document.get("paths")
    for path, methods in paths.items() if isinstance(paths, dict) else ():
        for method in ("get", "post"):
            operation = methods.get(method) if isinstance(methods, dict) else None
            if isinstance(operation, dict):
                shared = methods.get("parameters")
                rows.append(
                    _request(document, str(path), method, operation, shared if isinstance(shared, list) else [])
                )
    made = [row for row in rows if row is not None]
    made.sort(key=lambda row: any(word in str(row["path"]).lower() for word in NOT_USERS))
    return made[:limit]


def _request(
    root: dict[str, Any], path: str, method: str, operation: dict[str, Any], shared: list[Any]
) -> dict[str, Any] | None:
    query = {}
    own = operation.get("parameters")
    for raw in [*shared, *(own if isinstance(own, list) else [])]:
        parameter = _deref(root, raw)
        name, place = str(parameter.get("name", "")), parameter.get("in")
        value = _parameter_value(root, parameter)
        if place == "path":
            path = path.replace("{" + name + "}", quote(str(value), safe=""))
        elif place == "query" and parameter.get("required"):
            query[name] = value
        elif place in ("header", "cookie") and parameter.get("required"):
            return None
    row: dict[str, Any] = {"method": method.upper(), "path": path, "body": "", "content_type": ""}
    if query:
        row["path"] += "?" + urlencode(query)
    body = operation.get("requestBody")
    if method == "post" and body is not None:
        content = _deref(root, body).get("content")
        if not isinstance(content, dict) or "application/json" not in content:
            return None
        media = content["application/json"] if isinstance(content["application/json"], dict) else {}
        value = media["example"] if "example" in media else example(root, media.get("schema", {}))
        row |= {"body": json.dumps(value), "content_type": "application/json"}
    return None if "{" in row["path"].partition("?")[0] else row


def _parameter_value(root: dict[str, Any], parameter: dict[str, Any]) -> Any:
    if "example" in parameter:
        return parameter["example"]
    return example(root, parameter.get("schema", {"type": "string"}))


def _deref(root: dict[str, Any], value: Any, depth: int = 0) -> dict[str, Any]:
    """Follow local references; an unknown or endless one is an empty schema."""
    if not isinstance(value, dict):
        return {}
    reference = value.get("$ref")
    if not isinstance(reference, str):
        return value
    found: Any = root
    for part in reference.removeprefix("#/").split("/") if reference.startswith("#/") and depth < MAX_DEPTH else ():
        found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
    return {} if found is root else _deref(root, found, depth + 1)


def example(root: dict[str, Any], schema: Any, depth: int = 0) -> Any:  # noqa: PLR0911, PLR0912 - one branch a kind of schema
    """The smallest value that fits a schema; what it gives as example, default or enumeration comes first."""
    schema = _deref(root, schema)
    for name in ("example", "default", "const"):
        if name in schema:
            return schema[name]
    for name in ("examples", "enum"):
        if isinstance(schema.get(name), list) and schema[name]:
            return schema[name][0]
    for name in ("anyOf", "oneOf"):
        options = [_deref(root, option) for option in schema.get(name) or () if isinstance(schema.get(name), list)]
        chosen = next((option for option in options if option.get("type") != "null"), None)
        if chosen is not None:
            return example(root, chosen, depth + 1)
    if isinstance(schema.get("allOf"), list):
        merged: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
        for part in (_deref(root, one) for one in schema["allOf"]):
            merged["properties"] |= part.get("properties") or {}
            merged["required"] += part.get("required") or []
        return example(root, merged, depth + 1)
    kind = schema.get("type")
    kind = next((one for one in kind if one != "null"), None) if isinstance(kind, list) else kind
    if depth > MAX_DEPTH:
        return None
    if kind == "object" or "properties" in schema:
        properties = schema.get("properties") or {}
        wanted = schema.get("required") or list(properties)
        return {name: example(root, properties.get(name, {}), depth + 1) for name in wanted}
    if kind == "array":
        return [
            example(root, schema.get("items", {}), depth + 1) for _ in range(max(1, int(schema.get("minItems", 1))))
        ][:50]
    if kind in ("integer", "number"):
        return _number(schema, kind)
    if kind == "boolean":
        return True
    return _text(schema)


def _number(schema: dict[str, Any], kind: str) -> float | int:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        value = (low + high) / 2
    elif isinstance(low, (int, float)):
        value = low + 1
    else:
        value = min(1, high - 1) if isinstance(high, (int, float)) else 1
    return int(value) if kind == "integer" else float(value)


def _text(schema: dict[str, Any]) -> str:
    text = TEXT_BY_FORMAT.get(str(schema.get("format")), "text")
    shortest, longest = schema.get("minLength"), schema.get("maxLength")
    if isinstance(shortest, int):
        text = text.ljust(min(shortest, 1000), "x")
    return text[:longest] if isinstance(longest, int) else text
