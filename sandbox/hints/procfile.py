"""Heroku's Procfile, which many platforms read: its `web` line."""

from __future__ import annotations

import re

from sandbox.hints import MAX_TEXT, Hint, HintKind
from sandbox.tree import Tree


def read(tree: Tree) -> Hint | None:
    match = re.search(r"^web[ \t]*:[ \t]*(\S[^\r\n]*)", tree.read("Procfile", MAX_TEXT), re.MULTILINE)
    return Hint("Procfile", start=match[1].strip()[:2000]) if match else None


HINT = HintKind(
    id="procfile",
    rank=10,
    read=read,
    sample={"Procfile": "release: python manage.py migrate\nweb: uvicorn main:app --host 0.0.0.0 --port $PORT\n"},
)
