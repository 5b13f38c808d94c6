"""A Streamlit page, asked by a session of its own: what it shows after a question that it did not show before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.assistant.askers import Kind, Route, Sight, conversation
from sandbox.assistant.looking import look_at
from sandbox.assistant.marks import CANARY
from sandbox.sessions.kinds import streamlit


def find(sight: Sight) -> list[Route]:
    """By Streamlit's own health path. `ai.ask.field` may name the label of the field that takes the question."""
    health = sight.target.seen["boot"].get("health_path") or ""
    rows = streamlit.find(lambda row: look_at(sight.target, row), health)
    declared = sight.declared.get("ask") or {}
    field = str(declared.get("field") or "")
    return [conversation("streamlit", row["path"], field=field) for row in rows or []]


def request(route: Mapping[str, Any], question: str, **_: Any) -> dict[str, Any]:
    """A visit that asks; a page that wants a key typed in gets the one that its environment has."""
    asked = {"asker": "streamlit", "question": question, "field": route["field"], "key": f"sk-{CANARY}"}
    return {"method": "GET", "path": route["path"], **asked}


KIND = Kind("streamlit", 2, find, request)
