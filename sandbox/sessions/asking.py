"""The rows that a kind of session is looked for with, and what their answers say."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Row = dict[str, Any]
# An answer as `sandbox/inside/fetch.py` gives it, of a row {method, path, body, content_type, session?}.
Ask = Callable[[Row], dict[str, Any]]


def row(path: str, method: str = "GET", body: str = "", content_type: str = "") -> Row:
    return {"method": method, "path": path, "body": body, "content_type": content_type}


def read(answer: dict[str, Any]) -> Any:
    """The JSON of a good answer, else None."""
    if answer["status"] != 200 or answer["cut"]:
        return None
    try:
        return json.loads(answer["body"])
    except (ValueError, RecursionError):
        return None
