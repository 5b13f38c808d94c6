"""A Chainlit application, asked over the Socket.IO connection that its own page opens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.assistant.askers import Kind, Route, Sight, conversation
from sandbox.assistant.looking import look_at
from sandbox.assistant.marks import CANARY
from sandbox.sessions.asking import read, row

SETTINGS = "/project/settings?language=en-US"
# As Engine.IO wants it said that a connection is a WebSocket from the start.
SOCKET = "/ws/socket.io/?EIO=4&transport=websocket"
MOST_KEYS = 10


def find(sight: Sight) -> list[Route]:
    """By what its page asks for first; `userEnv` are keys that it has its users type in."""
    settings = read(look_at(sight.target, row(SETTINGS)))
    if not isinstance(settings, dict) or not {"ui", "features", "userEnv"} <= settings.keys():
        return []
    names = settings["userEnv"] if isinstance(settings["userEnv"], list) else []
    return [conversation("chainlit", SOCKET, key_names=[str(name)[:100] for name in names[:MOST_KEYS]])]


def request(route: Mapping[str, Any], question: str, **_: Any) -> dict[str, Any]:
    asked = {"asker": "chainlit", "question": question, "key_names": route["key_names"], "key": f"sk-{CANARY}"}
    return {"method": "GET", "path": route["path"], **asked}


KIND = Kind("chainlit", 3, find, request)
