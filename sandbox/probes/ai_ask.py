"""Where is the application asked, so that it calls a model? Found by asking in each way and watching the gateway."""

from __future__ import annotations

import json
from typing import Any

from sandbox.assistant.askers import Route, Sight, all_kinds
from sandbox.assistant.asking import ANSWERING, Asker, is_good, send
from sandbox.assistant.described import Operation, operations
from sandbox.assistant.marks import word
from sandbox.assistant.routes import documents, feedback
from sandbox.gateway import Models
from sandbox.openapi import is_plumbing
from sandbox.probes import Probe, Target

DOCUMENT_BYTES = 512 * 1024
PATIENCE_S, TOTAL_S = 8.0, 30.0


def gather(target: Target) -> dict[str, Any]:
    """{offered, route, documents, feedback, declared, described, tried, status, ms, content_type, calls, kinds, forms,
    models, streamed}; only {"offered": false} when the plan calls no model. `route` is null when none led to a call."""
    if target.models is None:
        return {"offered": False}
    declared = target.plan.hints.get("ai") or {}
    described = _described(target)
    routes = [row for row in target.plan.hints.get("routes", []) if isinstance(row, dict)]
    document = {
        "offered": True,
        "declared": sorted(declared),
        "described": bool(described),
        "documents": documents(declared, described, routes),
        "feedback": feedback(declared, described),
    }
    sight, tried = Sight(target, declared, described), []
    found: dict[str, Any] = {"route": None}
    for kind in all_kinds():
        found = _tried(target, target.models, kind.find(sight))
        tried += found["tried"]
        if found["route"]:
            break
    return document | found | {"tried": tried}


def _tried(target: Target, models: Models, found: list[Route]) -> dict[str, Any]:
    """{"route": null, "tried"} when no question led to a call."""
    askers = [Asker(target, models, route) for route in found]
    markers = [word() for _ in askers]
    models.rule({}, markers)
    questions = [
        asker.request(f"What can you help me with? ({marker})", total_s=PATIENCE_S)
        for asker, marker in zip(askers, markers, strict=True)
    ]
    answers = send(target, questions, total_s=TOTAL_S) if questions else []
    models.rule({})
    tried = []
    for asker, marker, answer in zip(askers, markers, answers, strict=True):
        calls = asker.calls(marker, ())
        tried.append(
            (len([call for call in calls if call["kind"] in ANSWERING]), is_good(answer), asker, answer, calls)
        )
    leading = [row for row in tried if row[0]]
    row = next((row for row in leading if row[1]), leading[0] if leading else None)
    shown = [
        {"path": asker.route["path"], "status": answer["status"], "calls": count, "error": answer["error"]}
        for count, _, asker, answer, _ in tried
    ]
    if row is None:
        return {"route": None, "tried": shown}
    count, _, asker, answer, calls = row
    return {
        "route": dict(asker.route),
        "tried": shown,
        "status": answer["status"],
        "ms": answer["ms"],
        "content_type": answer["content_type"],
        "shape": answer["shape"],
        "members": _members(answer["body"]),
        "calls": count,
        "kinds": sorted({call["kind"] for call in calls}),
        "forms": sorted({call["form"] for call in calls if call["form"]}),
        "models": sorted({call["model"] for call in calls}),
        "streamed": any(call["stream"] for call in calls),
    }


def _members(body: str) -> list[str]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return []
    return sorted(document)[:40] if isinstance(document, dict) else []


def _described(target: Target) -> list[Operation]:
    path = target.seen["boot"].get("openapi")
    if not path:
        return []
    answer = send(target, [{"method": "GET", "path": path}], body_bytes=DOCUMENT_BYTES)[0]
    try:
        document = json.loads(answer["body"])
    except (ValueError, RecursionError):
        return []
    return [] if is_plumbing(document) else operations(document)


PROBE = Probe("ai_ask", 2, 50, "service", "Where is it asked, so that it calls a model?", gather)
