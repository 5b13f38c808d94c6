"""Python files as syntax trees: parsed, never imported, with each name traced to where it came from."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from sandbox.tree import Tree

MAX_FILES = 400
MAX_FILE_BYTES = 256 * 1024
# Folders that hold somebody else's code, or code that never serves.
FOREIGN_FOLDERS = frozenset(
    {"venv", ".venv", "env", ".env", "virtualenv", "site-packages", "node_modules", "__pycache__", ".git", ".tox"}
    | {"migrations", "alembic", "versions"}
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Module:
    """One parsed file. `names` maps a local name to its dotted origin: {"FastAPI": "fastapi.FastAPI"}."""

    path: str
    node: ast.Module = field(repr=False)
    names: Mapping[str, str] = field(repr=False)

    @property
    def body(self) -> list[ast.stmt]:
        """The statements at the top."""
        return self.node.body

    @property
    def folder(self) -> str:
        """The folder that the file is in, "" for the root."""
        return self.path.rpartition("/")[0]

    def origin(self, node: ast.AST) -> str:
        """The dotted origin of a name or attribute chain, "" when it is anything else."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        parts.append(self.names.get(node.id, node.id))
        return ".".join(reversed(parts))

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every imported dotted module with its relative level (0 is absolute), function bodies included."""
        for node in ast.walk(self.node):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, 0
            elif isinstance(node, ast.ImportFrom):
                yield node.module or "", node.level


@dataclass(frozen=True)
class Value:
    """A literal as far as it can be read: `os.environ.get("PORT", 5000)` is Value(5000, "PORT")."""

    literal: str | int | float | bool | None = None
    variable: str = ""


def value_of(node: ast.expr | None, module: Module, constants: Mapping[str, ast.expr] | None = None) -> Value:
    """What an expression is, read through `int()`, `os.getenv`, `os.environ.get` and the module's own constants."""
    for _ in range(8):
        if isinstance(node, ast.Constant) and not isinstance(node.value, bytes | complex | type(...)):
            return Value(node.value)
        if isinstance(node, ast.Name) and constants and node.id in constants:
            node = constants[node.id]
            continue
        if isinstance(node, ast.BoolOp):
            node = node.values[-1] if not isinstance(node.values[0], ast.Call) else node.values[0]
            continue
        if not isinstance(node, ast.Call):
            break
        origin = module.origin(node.func)
        if origin in ("int", "str", "float", "bool") and node.args:
            node = node.args[0]
            continue
        if origin in ("os.environ.get", "os.getenv", "environ.get", "getenv") and node.args:
            name = value_of(node.args[0], module)
            default = value_of(node.args[1], module) if len(node.args) > 1 else Value()
            return Value(default.literal, str(name.literal or ""))
        break
    if isinstance(node, ast.Subscript) and module.origin(node.value) in ("os.environ", "environ"):
        return Value(None, str(value_of(node.slice, module).literal or ""))
    return Value()


def parse(path: str, text: str) -> Module | None:
    """The module, or None when it is not valid Python 3."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return Module(path, body, _names(body))


def _names(body: ast.Module) -> dict[str, str]:
    names: dict[str, str] = {}
    for node in ast.walk(body):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                names[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            prefix = "." * node.level + (node.module or "")
            for alias in node.names:
                name = f"*{prefix}" if alias.name == "*" else alias.asname or alias.name
                names[name] = f"{prefix}.{alias.name}" if prefix else alias.name
    return names


def python_files(tree: Tree) -> list[str]:
    """The team's own Python files, nearest to the root first, at most MAX_FILES."""
    own = (
        path
        for path in tree.paths
        if path.endswith(".py") and FOREIGN_FOLDERS.isdisjoint(PurePosixPath(path).parts[:-1])
    )
    return [path for path, _ in zip(own, range(MAX_FILES), strict=False)]


def modules(tree: Tree) -> tuple[Module, ...]:
    """Every file of `python_files` that parses."""
    parsed = (parse(path, tree.read(path, MAX_FILE_BYTES)) for path in python_files(tree))
    return _starred(tuple(module for module in parsed if module is not None))


def _starred(parsed: tuple[Module, ...]) -> tuple[Module, ...]:
    """The modules with the names that `from other import *` brings them from files of the same repository."""
    for _ in range(3):  # a chain of such imports is rarely longer
        by_stem = {
            module.path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]: module for module in parsed
        }
        parsed = tuple(replace(module, names=_brought(module, by_stem) | dict(module.names)) for module in parsed)
    return parsed


def _brought(module: Module, by_stem: Mapping[str, Module]) -> dict[str, str]:
    homes = [origin.removesuffix(".*") for name, origin in module.names.items() if name.startswith("*")]
    others = [by_stem[stem] for home in homes if (stem := home.rpartition(".")[2]) in by_stem]
    return {name: origin for other in others for name, origin in other.names.items() if not name.startswith("*")}


def top_statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run at import, seen through if, try and with, but not through the __main__ guard."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If):
            if not is_main_guard(statement):
                yield from top_statements(statement.body)
            yield from top_statements(statement.orelse)
        elif isinstance(statement, ast.Try):
            for part in (statement.body, *(handler.body for handler in statement.handlers), statement.orelse):
                yield from top_statements(part)
        elif isinstance(statement, ast.With):
            yield from top_statements(statement.body)


def is_main_guard(node: ast.stmt) -> bool:
    """`if __name__ == "__main__":`"""
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
    )


def assignments(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of each plain assignment that runs at import."""
    for statement in top_statements(body):
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            yield statement.target.id, statement.value
