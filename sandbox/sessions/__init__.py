"""Applications that are used by sessions rather than by single requests: how they are recognised and what is sent.

A module of `kinds` is one of them: `find(ask, health_path)` gives the rows of its sessions, None where the service is
of another kind, and [] where it is of this one but no session can be opened. `sandbox/inside/session_<kind>.py` holds
the session itself. What a service answers is data: whatever is wrong with it, a kind is just not found.
"""

from __future__ import annotations

import importlib
import pkgutil

from sandbox.sessions import kinds
from sandbox.sessions.asking import Ask, Row


def find(ask: Ask, health_path: str) -> tuple[str, list[Row]]:
    """(kind, rows) of the sessions that the service offers; ("", []) where it is of no kind that is known."""
    for info in sorted(pkgutil.iter_modules(kinds.__path__), key=lambda one: one.name):
        rows = importlib.import_module(f"{kinds.__name__}.{info.name}").find(ask, health_path)
        if rows is not None:
            return info.name, [row | {"session": info.name} for row in rows]
    return "", []
