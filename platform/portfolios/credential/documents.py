"""Reading JSON of strangers: bounded, without duplicate members, without values that two programs read differently."""

import json
from typing import Any

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24


class DocumentError(ValueError):
    """The text is not a document that can be checked; the message says why."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for key, value in pairs:
        if key in document:
            raise DocumentError(f"the member {key[:60]!r} is there twice, so two readers could see two values")
        document[key] = value
    return document


def _no_constant(name: str) -> Any:
    raise DocumentError(f"{name} is not JSON")


def _depth(value: Any) -> int:
    """Nesting depth, counted level by level: a recursive count could itself overflow."""
    depth, level = 0, [value]
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            break
        level = [
            child
            for node in level
            if isinstance(node, dict | list)
            for child in (node.values() if isinstance(node, dict) else node)
        ]
    return depth


def parse(content: bytes | str) -> dict[str, Any]:
    """Read one JSON object; DocumentError when it is too large, too deep, ambiguous or not an object."""
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    if len(raw) > MAX_BYTES:
        raise DocumentError(f"it is larger than {MAX_BYTES // 1024} KiB")
    try:
        document = json.loads(raw.decode("utf-8"), object_pairs_hook=_members, parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise DocumentError("it is not UTF-8 text") from None
    except RecursionError:
        raise DocumentError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise DocumentError(f"it is not JSON: {error.msg} at line {error.lineno}") from None
    if not isinstance(document, dict):
        raise DocumentError("it is not a JSON object")
    if _depth(document) > MAX_DEPTH:
        raise DocumentError("it is nested too deeply")
    return document
