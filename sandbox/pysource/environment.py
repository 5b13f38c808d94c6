"""Settings that Python code demands of its environment."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from sandbox.plan import Note
from sandbox.pysource.entrypoint import is_aside
from sandbox.pysource.syntax import Module, top_statements
from sandbox.sourcetext.placeholders import placeholders_for
from sandbox.tree import Tree


def required_variables(parsed: Iterable[Module]) -> tuple[str, ...]:
    """Names read at import in a way that fails when they are missing: `os.environ["X"]`, decouple's `config("X")`."""
    names: dict[str, None] = {}
    for module in parsed:
        if is_aside(module.path):
            continue
        for statement in top_statements(module.body):
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            for node in ast.walk(statement):
                name = _demanded(node, module)
                if name:
                    names[name] = None
    return tuple(names)


def _demanded(node: ast.AST, module: Module) -> str:
    key: ast.expr | None = None
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        if module.origin(node.value) in ("os.environ", "environ"):
            key = node.slice
    elif isinstance(node, ast.Call) and module.origin(node.func) == "decouple.config":
        has_default = any(keyword.arg == "default" for keyword in node.keywords)
        key = node.args[0] if node.args and not has_default else None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def placeholders(tree: Tree, parsed: Iterable[Module]) -> tuple[dict[str, str], tuple[Note, ...]]:
    """Values for settings without which the code cannot even be imported; see `placeholders_for`."""
    return placeholders_for(tree, required_variables(parsed))
