"""Railway's railway.toml or railway.json: the start command and the health path of its deployment."""

from __future__ import annotations

from sandbox.hints import Hint, HintKind
from sandbox.hints.documents import json_of, member, paths_of, text_of, toml_of
from sandbox.tree import Tree


def read(tree: Tree) -> Hint | None:
    path = next((name for name in ("railway.toml", "railway.json") if name in tree), "")
    document = toml_of(tree, path) if path.endswith("toml") else json_of(tree, path)
    start = text_of(member(document, "deploy", "startCommand"))
    health = paths_of(member(document, "deploy", "healthcheckPath"))
    return Hint(path, start=start, health=health) if start or health else None


HINT = HintKind(
    id="railway",
    rank=40,
    read=read,
    sample={
        "railway.toml": (
            '[build]\nbuilder = "nixpacks"\n\n[deploy]\nstartCommand = "uvicorn main:app --host 0.0.0.0 --port $PORT"\n'
            'healthcheckPath = "/health"\n'
        )
    },
)
