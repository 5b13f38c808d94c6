"""Streamlit: a session is one visit, in which the page's script runs from top to bottom."""

from __future__ import annotations

from sandbox.openapi import is_path
from sandbox.sessions.asking import Ask, Row, row

HEALTH, STREAM = "/_stcore/health", "/_stcore/stream"


def find(ask: Ask, health_path: str) -> list[Row] | None:
    """By its own health path, below `server.baseUrlPath` where one is set."""
    base = health_path.removesuffix(HEALTH) if health_path.endswith(HEALTH) else ""
    answer = ask(row(base + HEALTH))
    if answer["status"] != 200 or answer["body"].strip().lower() != "ok" or not is_path(base + STREAM):
        return None
    return [row(base + STREAM)]
