"""A Gradio application, asked by the functions behind its own page, in the order in which that calls them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.assistant.askers import Kind, Route, Sight, conversation
from sandbox.assistant.gradio_page import Page
from sandbox.assistant.looking import look_at
from sandbox.assistant.marks import CANARY
from sandbox.sessions.asking import read, row


def find(sight: Sight) -> list[Route]:
    """By `/config`, which says which component leads to which function. `ai.ask.field` may name a textbox's label,
    `ai.ask.path` a function (`/gradio_api/call/chat`)."""
    page = Page.of(read(look_at(sight.target, row("/config"))))
    if page is None:
        return []
    declared = sight.declared.get("ask") or {}
    headers = dict(declared.get("headers") or {})
    ways = page.ways(str(declared.get("path") or ""), str(declared.get("field") or ""), key=f"sk-{CANARY}")
    return [conversation("gradio", way.pop("path"), headers=headers, method="POST", **way) for way in ways]


def request(route: Mapping[str, Any], question: str, **_: Any) -> dict[str, Any]:
    told = {
        name: route[name] for name in ("method", "path", "headers", "prefix", "steps", "values", "at", "is_message")
    }
    return {"asker": "gradio", "question": question, **told}


KIND = Kind("gradio", 1, find, request)
