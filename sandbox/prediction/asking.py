"""Sending rows to the running service, one after the other, and reading what it says of drift."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from sandbox.prediction import Route
from sandbox.prediction.rows import Rows, rows_for
from sandbox.prediction.signals import of_answer, of_page
from sandbox.probes import Target

HEADERS = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ANSWER_BYTES = 4 * 1024
PAGE_BYTES = 256 * 1024


def post(route: Route, row: Any, body_bytes: int = ANSWER_BYTES) -> dict[str, Any]:
    """The request that sends a row (or, to a route for several, a list of them)."""
    body, headers = json.dumps(route.body(row)), HEADERS
    if route.form:
        values = row if isinstance(row, dict) else {}
        body, headers = urlencode({name: "" if value is None else value for name, value in values.items()}), FORM
    return {"method": "POST", "path": route.path, "body": body, "headers": headers, "body_bytes": body_bytes}


def get(path: str, body_bytes: int = ANSWER_BYTES) -> dict[str, Any]:
    return {"method": "GET", "path": path, "body_bytes": body_bytes}


def ask(target: Target, requests: Sequence[dict[str, Any]], total_s: float = 20.0) -> list[dict[str, Any]]:
    """The answers in order; see `sandbox/inside/fetch.py`."""
    if not requests:
        return []
    done = target.pod.tool(
        "fetch",
        {"port": target.port, "requests": list(requests), "total_s": total_s, "body_bytes": ANSWER_BYTES},
        timeout_s=total_s + 30.0,
        cancellation=target.cancellation,
    )
    answers: list[dict[str, Any]] = done["answers"]
    return answers


def rows_of(target: Target, route: Route) -> Rows | None:
    """Rows of the repository's data that the route takes; None when none fits."""
    told = target.plan.hints.get("ml") or {}
    source = target.seen.get("ml_source") or {}
    column = told.get("target") or (source.get("data") or {}).get("target") or ""
    return rows_for(route, source.get("tables") or [], column, str((told.get("predict") or {}).get("rows") or ""))


def good(answer: dict[str, Any]) -> bool:
    return answer["status"] is not None and 200 <= answer["status"] < 300


def signals_in(answer: dict[str, Any], source: dict[str, str]) -> dict[str, float]:
    """What a page said; `source` is {path, kind: "metrics" or "answer", name} with the declared name or ""."""
    if not good(answer) or answer.get("cut"):
        return {}
    read = of_page if source["kind"] == "metrics" else of_answer
    return read(answer["body"], source["name"])
