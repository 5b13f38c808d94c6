"""Render's render.yaml: the first web service's start command, health path, folder and variables."""

from __future__ import annotations

from typing import Any

from sandbox.hints import MAX_TEXT, Hint, HintKind
from sandbox.hints.documents import env_of, folder_of, member, paths_of, text_of, yaml_of
from sandbox.tree import Tree

NAMES = ("render.yaml", "render.yml")


def read(tree: Tree) -> Hint | None:
    path = next((name for name in NAMES if name in tree), "")
    services = yaml_of(tree.read(path, MAX_TEXT)).get("services")
    webs = [one for one in services if _is_web(one)] if isinstance(services, list) else []
    if not webs:
        return None
    web = next((one for one in webs if text_of(one.get("startCommand"))), webs[0])
    listed = web.get("envVars")
    pairs = [
        (one.get("key"), True if one.get("generateValue") is True else one.get("value"))
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict)
    ]
    return Hint(
        path,
        start=text_of(web.get("startCommand")) or text_of(web.get("dockerCommand")),
        health=paths_of(web.get("healthCheckPath")),
        env=env_of(pairs),
        root=folder_of(tree, web.get("rootDir")),
    )


def _is_web(service: Any) -> bool:
    kind = member(service, "runtime") or member(service, "env")
    return bool(member(service, "type") == "web" and kind != "static")


HINT = HintKind(
    id="render",
    rank=30,
    read=read,
    sample={
        "render.yaml": (
            "services:\n  - type: web\n    name: churn\n    env: python\n    plan: free\n"
            "    startCommand: uvicorn main:app --host 0.0.0.0 --port $PORT\n    healthCheckPath: /health\n"
            "    envVars:\n      - key: SECRET_KEY\n        generateValue: true\n"
        )
    },
)
