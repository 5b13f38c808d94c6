"""Fly's fly.toml: the internal port, the web process, the paths of its checks, and its variables."""

from __future__ import annotations

from typing import Any

from sandbox.hints import Hint, HintKind
from sandbox.hints.documents import env_of, member, paths_of, port_of, text_of, toml_of
from sandbox.tree import Tree


def read(tree: Tree) -> Hint | None:
    document = toml_of(tree, "fly.toml")
    if not document:
        return None
    served = [one for one in (document.get("http_service"), *_listed(document.get("services"))) if one]
    processes = document.get("processes")
    named = processes if isinstance(processes, dict) else {}
    start = next((text_of(named[name]) for name in ("web", "app", *named) if name in named), "")
    env = document.get("env")
    port = next((port for one in served if (port := port_of(member(one, "internal_port")))), None)
    checks = [check for one in served for name in ("checks", "http_checks") for check in _listed(member(one, name))]
    top = document.get("checks")
    checks += list(top.values()) if isinstance(top, dict) else []
    return Hint(
        "fly.toml",
        start=start,
        port=port or port_of(member(env, "PORT")),
        health=paths_of(*(member(check, "path") for check in checks)),
        env=env_of(env.items()) if isinstance(env, dict) else {},
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


HINT = HintKind(
    id="fly",
    rank=50,
    read=read,
    sample={
        "fly.toml": (
            'app = "churn"\n\n[http_service]\n  internal_port = 8080\n\n[[http_service.checks]]\n  path = "/health"\n'
        )
    },
)
