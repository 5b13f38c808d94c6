"""Python files as syntax trees: parsed, never imported, with each name traced to where it came from."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import PurePosixPath

from sandbox.tree import Tree

MAX_FILES = 400
MAX_FILE_BYTES = 256 * 1024
# Of all files together: a node takes 300 bytes of memory, and 1,000 in a file that was made to take much.
MAX_NODES = 1_000_000
# Folders that hold somebody else's code, or code that never serves.
FOREIGN_FOLDERS = frozenset(
    {"venv", ".venv", "env", ".env", "virtualenv", "site-packages", "node_modules", "__pycache__", ".git", ".tox"}
    | {"migrations", "alembic", "versions"}
)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Module:
    """One parsed file. `names` maps a local name to its dotted origin: {"FastAPI": "fastapi.FastAPI"}.

    `nodes` is all that is in it, in the order of `ast.walk`: walking the tree once more costs as much as parsing it.
    """

    path: str
    node: ast.Module = field(repr=False)
    names: Mapping[str, str] = field(repr=False)
    nodes: tuple[ast.AST, ...] = field(repr=False, compare=False)

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

    @cached_property
    def calls(self) -> tuple[ast.Call, ...]:
        """Every call, function bodies included."""
        return tuple(node for node in self.nodes if isinstance(node, ast.Call))

    @cached_property
    def imports(self) -> tuple[tuple[str, int], ...]:
        """Every imported dotted module with its relative level (0 is absolute), function bodies included."""
        found: list[tuple[str, int]] = []
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found += [(alias.name, 0) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                found.append((node.module or "", node.level))
        return tuple(found)

    @cached_property
    def packages(self) -> frozenset[str]:
        """First parts of what it imports from outside."""
        return frozenset(name.partition(".")[0] for name, level in self.imports if not level)

    @cached_property
    def called(self) -> frozenset[str]:
        """Last parts of every name that it calls."""
        functions = (node.func for node in self.calls)
        return frozenset(
            node.attr if isinstance(node, ast.Attribute) else node.id
            for node in functions
            if isinstance(node, ast.Attribute | ast.Name)
        )


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
    nodes = tuple(ast.walk(body))
    return Module(path, body, _names(nodes), nodes)


def _names(nodes: tuple[ast.AST, ...]) -> dict[str, str]:
    names: dict[str, str] = {}
    for node in nodes:
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
    """Every file of `python_files` that parses; each is parsed once, whichever folder the tree is seen from."""
    return tree.once(modules, lambda: _starred(tuple(_parsed(tree))))


def _parsed(tree: Tree) -> Iterator[Module]:
    nodes = 0
    for path in python_files(tree):
        module = tree.once(parse, partial(_read, tree, path), path)
        if module is not None:
            nodes += len(module.nodes)
            if nodes > MAX_NODES:
                return
            yield module if module.path == path else replace(module, path=path)


def _read(tree: Tree, path: str) -> Module | None:
    return parse(path, tree.read(path, MAX_FILE_BYTES))


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
