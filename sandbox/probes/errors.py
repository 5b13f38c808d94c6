"""How does the service answer what it should not get: an unknown path, malformed bodies, what its schema forbids?"""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.asking import as_sent, fetch
from sandbox.badinputs import bad_requests
from sandbox.probes import Probe, Target
from sandbox.resilience.roundtrip import described

MALFORMED = (
    ("broken JSON", '{"a": '),
    ("a list", "[]"),
    ("nothing", ""),
    ("wrong types", '{"text": [1, 2], "value": {"a": null}, "features": "none"}'),
    ("a very long number", "1" + "0" * 400),
)
MAX_ROUTES = 2
TRACEBACKS = ("Traceback (most recent call last)", "at java.", "stack trace", "node_modules/", "Werkzeug Debugger")
BODY_BYTES = 16 * 1024


def gather(target: Target) -> dict[str, Any]:
    """{unknown_path: {path, status}, malformed: [{path, kind, status, leaks_traceback}], described, alive}.

    `described` are requests that its OpenAPI document forbids, [{method, path, kind, status, ms, leaks_traceback}], or
    None without one; `alive` is whether the process still ran after all of it.
    """
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
    first, *rest = fetch(target, requests, body_bytes=BODY_BYTES)
    kinds = [(route["path"], kind) for route in routes for kind, _ in MALFORMED]
    return {
        "unknown_path": {"path": unknown, "status": first["status"], "leaks_traceback": _leaks(first)},
        "malformed": [
            {"path": path, "kind": kind, "status": answer["status"], "leaks_traceback": _leaks(answer)}
            for (path, kind), answer in zip(kinds, rest, strict=True)
        ],
        "described": _described(target),
        "alive": target.service.state().running,
    }


def _described(target: Target) -> list[dict[str, Any]] | None:
    document = described(target)
    if document is None:
        return None
    rows = bad_requests(document)
    answers = fetch(target, [as_sent(row) for row in rows], body_bytes=BODY_BYTES) if rows else []
    return [
        {name: row[name] for name in ("method", "path", "kind")}
        | {"status": answer["status"], "ms": answer["ms"], "leaks_traceback": _leaks(answer)}
        for row, answer in zip(rows, answers, strict=True)
    ]


def _leaks(answer: dict[str, Any]) -> bool:
    return any(mark in answer["body"] for mark in TRACEBACKS)


PROBE = Probe("errors", 2, 25, "service", "How does it answer what it should not get?", gather)
