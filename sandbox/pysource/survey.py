"""Everything that later stages want to know of a Python repository, gathered in one reading."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.pysource.entrypoint import Entrypoint, entrypoints, is_aside
from sandbox.pysource.frameworks import SELF_SERVED
from sandbox.pysource.routes import Route, health_paths, routes_of
from sandbox.pysource.syntax import Module, modules
from sandbox.tree import Tree

_TARGET = re.compile(r"[A-Za-z_][\w.]{0,100}:[A-Za-z_]\w{0,60}")


@dataclass(frozen=True)
class Survey:
    """`parsed` are the modules that are part of the product, `entries` the candidates, likeliest first."""

    tree: Tree = field(repr=False)
    parsed: tuple[Module, ...] = field(repr=False)
    entries: tuple[Entrypoint, ...]

    @classmethod
    def of(cls, tree: Tree) -> Survey:
        parsed = modules(tree)
        product = tuple(module for module in parsed if not is_aside(module.path))
        return cls(tree, product, tree.once(entrypoints, lambda: entrypoints(tree, parsed)))

    def application(self, entry: Entrypoint) -> Entrypoint:
        """The application that a self-serving script serves (`uvicorn.run("api.main:app")`), else the entry itself."""
        if entry.framework is not SELF_SERVED:
            return entry
        texts = (node.value for node in entry.module.nodes if isinstance(node, ast.Constant))
        named = {text.partition(":")[0] for text in texts if isinstance(text, str) and _TARGET.fullmatch(text)}
        named |= {origin.rpartition(".")[0] for origin in entry.module.names.values() if "." in origin}
        for other in self.entries:
            stem = other.path.removesuffix(".py").removesuffix("/__init__")
            if other.attribute and any(f"/{stem}".endswith("/" + name.replace(".", "/")) for name in named if name):
                return other
        return entry

    def routes(self, entry: Entrypoint) -> tuple[Route, ...]:
        """Routes of the modules that lie below the entry's top folder, so that another service's do not count."""
        top = entry.path.partition("/")[0] if "/" in entry.path else ""
        below = (module for module in self.parsed if not top or module.path.startswith(top + "/"))
        return self.tree.once((routes_of, top), lambda: routes_of(below))

    def hints(self, entry: Entrypoint) -> dict[str, Any]:
        """The plan's hints: {"framework", "app", "routes": [{"method", "path"}], "openapi"}.

        A route that reads a body has {"file", "form" or "json": the names that it reads}, too.
        """
        hints: dict[str, Any] = {
            "framework": entry.framework.id,
            "app": f"{entry.path}:{entry.attribute}" if entry.attribute else entry.path,
            "routes": [_row(route) for route in self.routes(entry)],
        }
        if entry.framework.openapi:
            hints["openapi"] = entry.framework.openapi
        return hints

    def health(self, entry: Entrypoint) -> tuple[str, ...]:
        """Paths that look like health, the team's own before the framework's."""
        return tuple(dict.fromkeys((*health_paths(self.routes(entry)), *entry.framework.health)))


def _row(route: Route) -> dict[str, Any]:
    """A route as a hint, with the members that its function reads of a body."""
    read = {route.inputs.kind: list(route.inputs.names)} if route.inputs else {}
    return {"method": route.method, "path": route.path} | read
