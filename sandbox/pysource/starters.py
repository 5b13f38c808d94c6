"""Which file starts what another one only defines: a page that a class opens, a server that a function runs."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from sandbox.pysource.syntax import Module, is_main_guard

_DEEPEST = 3


def starter_of(module: Module, parsed: Iterable[Module]) -> Module:
    """The file itself when running it does something, else the nearest one that runs and imports it, else itself."""
    others = [one for one in parsed if one.path != module.path]
    wanted = {_name(module)}
    for _ in range(_DEEPEST):
        if _acts(module):
            return module
        importing = [one for one in others if wanted & _imported(one)]
        running = [one for one in importing if _acts(one)]
        if running:
            return min(running, key=lambda one: (one.path.count("/"), one.path))
        wanted |= {_name(one) for one in importing}
    return module


def _name(module: Module) -> str:
    """What others import it by: its file's name, of a package its folder's."""
    return module.path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]


def _imported(module: Module) -> set[str]:
    """Last parts of the modules that it imports, and of what it takes out of them."""
    names = {name.rpartition(".")[2] for name, _ in module.imports}
    return names | {origin.rpartition(".")[2] for origin in module.names.values()}


def _acts(module: Module) -> bool:
    """Whether running it does more than define: a __main__ block, or a call at its top."""
    return any(
        is_main_guard(node) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)) for node in module.body
    )
