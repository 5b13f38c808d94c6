"""A duplicate key in MongoDB's words: which index, and which value."""

from __future__ import annotations

import json
from typing import Any

from bson import json_util
from errors import Refused
from session import Document

ABSENT = object()


def explained(collection: Any, values: Document) -> Refused:
    """Error 11000 for what could not be written, from the values that were to be."""
    name, keys = _index(collection, values)
    found = {key: None if (value := _value(values, key)) is ABSENT else value for key in keys}
    shown = ", ".join(f"{key}: {json.dumps(value, default=json_util.default)}" for key, value in found.items())
    message = f"E11000 duplicate key error collection: {collection.full_name} index: {name} dup key: {{ {shown} }}"
    return Refused(11000, message, keyPattern=keys, keyValue=found)


def _index(collection: Any, values: Document) -> tuple[str, dict[str, Any]]:
    """The unique index whose key another document has already."""
    for name, index in collection.index_information().items():
        keys = dict(index["key"])
        wanted = {key: _value(values, key) for key in keys}
        if name == "_id_" or not index.get("unique") or ABSENT in wanted.values():
            continue
        if any(other.get("_id") != values.get("_id", ABSENT) for other in collection.find(wanted)):
            return name, keys
    return "_id_", {"_id": 1}


def _value(values: Document, key: str) -> Any:
    if key in values:
        return values[key]
    inner: Any = values
    for part in key.split("."):
        inner = inner.get(part, ABSENT) if isinstance(inner, dict) else ABSENT
    return inner
