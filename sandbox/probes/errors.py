"""How does the service answer what it should not get: an unknown path and malformed bodies?"""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.probes import Probe, Target

MALFORMED = (
    ("broken JSON", '{"a": '),
    ("a list", "[]"),
    ("nothing", ""),
    ("wrong types", '{"text": [1, 2], "value": {"a": null}, "features": "none"}'),
    ("a very long number", "1" + "0" * 400),
)
MAX_ROUTES = 2
TRACEBACKS = ("Traceback (most recent call last)", "at java.", "stack trace", "node_modules/", "Werkzeug Debugger")


def gather(target: Target) -> dict[str, Any]:
    """{unknown_path: {path, status}, malformed: [{path, kind, status, leaks_traceback}]}"""
    unknown = "/" + secrets.token_hex(8)
    routes = [row for row in target.seen.get("scenario", {}).get("requests", []) if row["method"] == "POST"][
        :MAX_ROUTES
    ]
    headers = {"Content-Type": "application/json"}
    requests: list[dict[str, Any]] = [{"method": "GET", "path": unknown}]
    requests += [
        {"method": "POST", "path": route["path"], "body": body, "headers": headers}
        for route in routes
        for _, body in MALFORMED
    ]
    done = target.pod.tool(
        "fetch",
        {"port": target.port, "requests": requests, "total_s": 60.0, "body_bytes": 16 * 1024},
        timeout_s=90.0,
        cancellation=target.cancellation,
    )
    first, *rest = done["answers"]
    kinds = [(route["path"], kind) for route in routes for kind, _ in MALFORMED]
    return {
        "unknown_path": {"path": unknown, "status": first["status"], "leaks_traceback": _leaks(first)},
        "malformed": [
            {"path": path, "kind": kind, "status": answer["status"], "leaks_traceback": _leaks(answer)}
            for (path, kind), answer in zip(kinds, rest, strict=True)
        ],
    }


def _leaks(answer: dict[str, Any]) -> bool:
    return any(mark in answer["body"] for mark in TRACEBACKS)


PROBE = Probe("errors", 1, 25, "service", "How does it answer what it should not get?", gather)
