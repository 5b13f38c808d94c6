"""A request that the service refuses: what counts errors must count it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sandbox.asking import get


def refused(seen: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """One that the probe `errors` saw refused, on a route of its own if there is one; else a path that is not there."""
    malformed = seen.get("errors", {}).get("malformed", ())
    row = next((row for row in malformed if row["status"] is not None and 400 <= row["status"] < 500), None)
    if row is None:
        described = seen.get("errors", {}).get("described") or ()
        asked = next((row for row in described if row["method"] == "GET" and 400 <= (row["status"] or 0) < 500), None)
        return get(asked["path"] if asked else "/" + secrets.token_hex(8))
    headers = {"Content-Type": "application/json"}
    return {"method": "POST", "path": row["path"], "body": '{"a": ', "headers": headers}
