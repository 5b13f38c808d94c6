"""What a finding rests on, for its fold on the page: the piece of evidence that each of its pointers names. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

MOST_LINES = 24
MOST_CHARACTERS = 2_000
# Lists this long are plots and tables of the page; their beginning is enough to see what they are.
MOST_ITEMS = 8


def shown(report: Mapping[str, Any], pointers: Sequence[str]) -> list[dict[str, str]]:
    """[{"pointer", "text"}]: "file:line" stays a place without a text, and so does what the report does not hold."""
    return [{"pointer": pointer, "text": _text(_value(report, pointer))} for pointer in pointers]


def _value(report: Mapping[str, Any], pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) into the evidence means in a report, where probes are called measurements."""
    if not pointer.startswith("/"):
        return None
    first, *rest = [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]
    value: Any = report.get("measurements" if first == "probes" else first)
    for part in rest:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _text(value: Any) -> str:
    """Lines of text as they are, anything else as JSON; long lists and texts end with what was left out."""
    if value is None:
        return ""
    if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        text = "\n".join(value)
    else:
        text = json.dumps(_short(value), indent=2, ensure_ascii=False, sort_keys=True)
    lines = text[:MOST_CHARACTERS].splitlines()
    cut = len(lines) > MOST_LINES or len(text) > MOST_CHARACTERS
    return "\n".join(lines[:MOST_LINES]) + ("\n…" if cut else "")


def _short(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _short(one) for name, one in value.items() if name != "version"}
    if isinstance(value, list):
        more = len(value) - MOST_ITEMS
        return [_short(one) for one in value[:MOST_ITEMS]] + ([f"… {more} more"] if more > 0 else [])
    return value
