"""What a team says of its load in assay.yaml: its own requests, and the rate and time that it promises. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.openapi import BODY_BYTES, is_path


def requests_of_manifest(hints: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Requests {method, path, body, content_type, weight} of the plan's hint `load`; [] where it names none."""
    made = []
    for one in _load(hints).get("requests") or ():
        body, kind = str(one.get("body") or ""), str(one.get("content_type") or "")
        if "json" in one:
            body, kind = json.dumps(one["json"]), "application/json"
        method = str(one.get("method") or ("POST" if body else "GET"))
        row = {"method": method, "path": str(one["path"]), "body": body, "content_type": kind}
        if is_path(row["path"]) and len(body) <= BODY_BYTES:
            made.append(row | {"weight": int(one.get("weight") or 1)})
    return made


def promise(hints: Mapping[str, Any]) -> dict[str, float]:
    """{rate_rps, slo_ms} as far as the team names them."""
    load = _load(hints)
    named = {"rate_rps": load.get("rate"), "slo_ms": load.get("slo_ms")}
    return {name: float(value) for name, value in named.items() if value}


def _load(hints: Mapping[str, Any]) -> dict[str, Any]:
    found = hints.get("load")
    return found if isinstance(found, dict) else {}
