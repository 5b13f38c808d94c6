"""Heroku's app.json: the variables that an app needs, with their values."""

from __future__ import annotations

from sandbox.hints import Hint, HintKind
from sandbox.hints.documents import env_of, json_of, member, text_of
from sandbox.tree import Tree


def read(tree: Tree) -> Hint | None:
    document = json_of(tree, "app.json")
    env = document.get("env")
    if not isinstance(env, dict) or "expo" in document:  # Expo's settings have the same name
        return None
    pairs = [
        (name, (value.get("value") or value.get("generator") == "secret") if isinstance(value, dict) else value)
        for name, value in env.items()
    ]
    later = text_of(member(document, "scripts", "postdeploy"))
    note = f"app.json runs after each deployment: {later[:120]}. It was left out." if later else ""
    return Hint("app.json", env=env_of(pairs), note=note)


HINT = HintKind(
    id="app_json",
    rank=60,
    read=read,
    sample={
        "app.json": '{"name": "churn", "env": {"SECRET_KEY": {"generator": "secret"}, "MODEL": {"value": "small"}}}\n'
    },
)
