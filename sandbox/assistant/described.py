"""What an OpenAPI document says of its operations, as far as asking needs it: members, parameters, kinds of bodies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.openapi import example, is_path

MOST_OPERATIONS, MOST_MEMBERS, DEEPEST = 200, 60, 6


@dataclass(frozen=True)
class Operation:
    """`members` are the JSON body's (or the form's) properties by name, `query` and `headers` those parameters.

    `kind` is the body's: "json", "form", "multipart" or "" for none; `body` the smallest JSON object that fits.
    """

    path: str
    method: str
    kind: str = ""
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    query: dict[str, dict[str, Any]] = field(default_factory=dict)
    headers: tuple[str, ...] = ()


KINDS = {
    "application/json": "json",
    "application/x-www-form-urlencoded": "form",
    "multipart/form-data": "multipart",
}


def operations(document: Any) -> list[Operation]:
    """The operations without parameters in their paths; what contradicts itself is left out."""
    found: list[Operation] = []
    for path, method, raw, shared in _raw(document):
        if len(found) >= MOST_OPERATIONS:
            break
        try:
            found.append(_operation(document, path, method, raw, shared))
        except Exception:  # noqa: BLE001, S112 - a document of the team's may be anything
            continue
    return found


def _raw(document: Any) -> Iterator[tuple[str, str, dict[str, Any], list[Any]]]:
    paths = document.get("paths") if isinstance(document, dict) else None
    for path, methods in list(paths.items())[:2000] if isinstance(paths, dict) else ():
        for method in ("get", "post") if isinstance(methods, dict) and is_path(path) and "{" not in path else ():
            if isinstance(methods.get(method), dict):
                shared = methods.get("parameters")
                yield path, method.upper(), methods[method], shared if isinstance(shared, list) else []


def _operation(document: dict[str, Any], path: str, method: str, raw: dict[str, Any], shared: list[Any]) -> Operation:
    query, headers = {}, []
    for each in [*shared, *(raw.get("parameters") or [])][:MOST_MEMBERS]:
        parameter = resolved(document, each)
        if parameter.get("in") == "query":
            query[str(parameter["name"])] = resolved(document, parameter.get("schema")) | {
                "required": bool(parameter.get("required"))
            }
        elif parameter.get("in") == "header":
            headers.append(str(parameter["name"]))
    content = resolved(document, raw.get("requestBody")).get("content") or {}
    media = next((name for name in KINDS if name in content), "")
    schema = resolved(document, (content.get(media) or {}).get("schema"))
    members = {
        str(name): resolved(document, value)
        for name, value in list((schema.get("properties") or {}).items())[:MOST_MEMBERS]
    }
    body = example(document, schema) if media else {}
    kind = KINDS.get(media, "")
    return Operation(path, method, kind, members, body if isinstance(body, dict) else {}, query, tuple(headers))


def resolved(document: dict[str, Any], schema: Any, depth: int = 0) -> dict[str, Any]:
    """A schema with its references followed, parts of allOf joined, and of alternatives the one that is not null."""
    for _ in range(DEEPEST):
        if not isinstance(schema, dict):
            return {}
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            break
        schema = document
        for part in reference.removeprefix("#/").split("/")[: 2 * DEEPEST]:
            schema = schema.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(schema, dict) else None
    if not isinstance(schema, dict) or depth > DEEPEST:
        return {}
    joined = dict(schema)
    for part in (schema.get("allOf") or [])[:MOST_MEMBERS]:
        inner = resolved(document, part, depth + 1)
        joined["properties"] = (joined.get("properties") or {}) | (inner.get("properties") or {})
        joined.setdefault("type", inner.get("type"))
    for name in ("anyOf", "oneOf"):
        options = [resolved(document, one, depth + 1) for one in (schema.get(name) or [])[:MOST_MEMBERS]]
        chosen = next((one for one in options if one.get("type") != "null"), None)
        if chosen is not None:
            joined = chosen | joined
    return joined
