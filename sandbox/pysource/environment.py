"""Settings that code demands of its environment, and placeholders for the secrets among them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from sandbox.plan import Note
from sandbox.pysource.entrypoint import is_aside
from sandbox.pysource.syntax import Module, top_statements
from sandbox.tree import Tree

_EXAMPLES = (".env.example", ".env.sample", ".env.template", ".env.dist", "env.example", "example.env", ".env_example")
_SECRET = re.compile(r"(?:KEY|SECRET|TOKEN|PASSWORD|SALT)$")
PLACEHOLDER = "assay-placeholder-not-a-secret"


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


def example_values(tree: Tree) -> tuple[str, dict[str, str]]:
    """The example environment file nearest to the root and what it holds; ("", {}) when there is none."""
    for path in tree.paths:
        if path.rpartition("/")[2] in _EXAMPLES:
            pairs = re.findall(
                r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*([^\n#]*)", tree.read(path), re.MULTILINE
            )
            return path, {name: re.sub(r"^([\"'])(.*)\1$", r"\2", value.strip()) for name, value in pairs}
    return "", {}


def placeholders(tree: Tree, parsed: Iterable[Module]) -> tuple[dict[str, str], tuple[Note, ...]]:
    """Values for settings without which the code cannot even be imported, and the notes that own up to them.

    A value comes from the team's example file; a secret without one gets a placeholder. An address without one gets
    nothing: pretending that a database is there would only move the error.
    """
    if any(path.rpartition("/")[2] == ".env" for path in tree.paths):
        return {}, ()
    path, examples = example_values(tree)
    values: dict[str, str] = {}
    for name in required_variables(parsed):
        if examples.get(name):
            values[name] = examples[name]
        elif _SECRET.search(name.upper()):
            values[name] = PLACEHOLDER
    if not values:
        return {}, ()
    source = f"values of {path} and placeholders" if path else "placeholders"
    why = (
        f"The code stops without {', '.join(values)}; {source} were given. Give each setting a default for local runs."
    )
    return values, (Note("environment_placeholder", why),)
