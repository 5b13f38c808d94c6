"""Asking the running service: the requests that probes send one after the other, and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.exposition import MAX_BYTES
from sandbox.openapi import NOT_USERS
from sandbox.probes import Target

SLACK_S = 30.0
OPERATING = (*NOT_USERS, "/ping", "/status")


def get(path: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return {"method": "GET", "path": path, "headers": headers or {}}


def scrape(path: str) -> dict[str, Any]:
    """A look at a metrics page, read whole."""
    return get(path) | {"body_bytes": MAX_BYTES}


def as_sent(request: dict[str, Any]) -> dict[str, Any]:
    """A request of the scenario, as the tool takes it."""
    headers = {"Content-Type": request["content_type"]} if request.get("content_type") else {}
    return {"method": request["method"], "path": request["path"], "body": request.get("body", ""), "headers": headers}


def scenario_of(target: Target) -> list[dict[str, Any]]:
    """What the scenario probe found worth asking, as the tool takes it; the front page where it found nothing.

    What describes or operates the service comes only where there is nothing else: many leave that out of their counts.
    """
    rows = target.seen.get("scenario", {}).get("requests", [])
    users = [row for row in rows if not any(word in row["path"].lower() for word in OPERATING)]
    return [as_sent(row) for row in users or rows] or [get("/")]


def fetch(
    target: Target,
    requests: Sequence[dict[str, Any]],
    *,
    body_bytes: int = 256,
    total_s: float = 60.0,
    port: int | None = None,
) -> list[dict[str, Any]]:
    """An answer for each request, in order: `sandbox/inside/fetch.py` says what is in it. HostFault("tool_failed").

    `port` is another one than the application's own.
    """
    done = target.pod.tool(
        "fetch",
        {"port": port or target.port, "requests": list(requests), "total_s": total_s, "body_bytes": body_bytes},
        timeout_s=total_s + SLACK_S,
        cancellation=target.cancellation,
    )
    answers: list[dict[str, Any]] = done["answers"]
    return answers
