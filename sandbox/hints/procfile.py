"""Heroku's Procfile: its `web` line."""

from __future__ import annotations

from sandbox.hints import Hint, HintKind
from sandbox.sourcetext.procfile import web_command
from sandbox.tree import Tree


def read(tree: Tree) -> Hint | None:
    command = web_command(tree)
    return Hint("Procfile", start=command) if command else None


HINT = HintKind(
    id="procfile",
    rank=10,
    read=read,
    sample={"Procfile": "release: python manage.py migrate\nweb: uvicorn main:app --host 0.0.0.0 --port $PORT\n"},
)
