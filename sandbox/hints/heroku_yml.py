"""Heroku's heroku.yml: what `run` says of the web process, and the values that `setup` gives."""

from __future__ import annotations

from sandbox.hints import MAX_TEXT, Hint, HintKind
from sandbox.hints.documents import env_of, member, text_of, yaml_of
from sandbox.tree import Tree


def read(tree: Tree) -> Hint | None:
    document = yaml_of(tree.read("heroku.yml", MAX_TEXT))
    web = member(document, "run", "web")
    start = text_of(member(web, "command") if isinstance(web, dict) else web)
    config = member(document, "setup", "config")
    env = env_of(config.items()) if isinstance(config, dict) else {}
    return Hint("heroku.yml", start=start, env=env) if start or env else None


HINT = HintKind(
    id="heroku_yml",
    rank=20,
    read=read,
    sample={"heroku.yml": "run:\n  web: uvicorn main:app --host 0.0.0.0 --port $PORT\n"},
)
