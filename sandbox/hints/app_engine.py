"""Google App Engine's app.yaml: its entrypoint and its variables."""

from __future__ import annotations

import re

from sandbox.hints import MAX_TEXT, Hint, HintKind
from sandbox.hints.documents import env_of, member, paths_of, text_of, yaml_of
from sandbox.tree import Tree


def read(tree: Tree) -> Hint | None:
    document = yaml_of(tree.read("app.yaml", MAX_TEXT))
    if not re.match(r"[a-z]", text_of(document.get("runtime"))):  # other tools have a file of this name, too
        return None
    env = document.get("env_variables")
    return Hint(
        "app.yaml",
        start=text_of(document.get("entrypoint")),
        health=paths_of(member(document, "readiness_check", "path"), member(document, "liveness_check", "path")),
        env=env_of(env.items()) if isinstance(env, dict) else {},
    )


HINT = HintKind(
    id="app_engine",
    rank=70,
    read=read,
    sample={"app.yaml": "runtime: python312\nentrypoint: uvicorn main:app --host 0.0.0.0 --port $PORT\n"},
)
