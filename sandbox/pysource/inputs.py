"""What the function behind a route reads of a request's body: a file, members of a form or of a JSON object."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sandbox.pysource.syntax import Module, assignments

Kind = Literal["file", "form", "json"]
MOST_NAMES = 60
_FORMS = frozenset({"request.form", "request.values", "request.POST"})
_FILES = frozenset({"request.files", "request.FILES"})
_JSON = frozenset({"request.json", "request.data", "request.get_json"})


@dataclass(frozen=True)
class Inputs:
    """`names` in the order in which they are read, () where the code takes them all as they come."""

    kind: Kind
    names: tuple[str, ...] = ()


def inputs_of(function: ast.FunctionDef | ast.AsyncFunctionDef, module: Module) -> Inputs | None:
    """What the function reads, None when it reads nothing; a file comes first, then a form."""
    bodies = {name: kind for node in ast.walk(function) for name, kind in _named(node, module)}
    found: dict[str, dict[str, None]] = {}
    written = [node for node in ast.walk(function) if isinstance(node, ast.expr)]
    for node in sorted(written, key=lambda node: (node.lineno, node.col_offset)):
        if kind := _body(node, module):
            found.setdefault(kind, {})
        for kind, name in _read(node, module, bodies):
            found.setdefault(kind, {})[name] = None
    kinds: tuple[Kind, ...] = ("file", "form", "json")
    first = next((one for one in kinds if one in found), None)
    if first is None:
        return None
    return Inputs(first, (tuple(found[first]) or _columns(function, module))[:MOST_NAMES])


def _columns(function: ast.FunctionDef | ast.AsyncFunctionDef, module: Module) -> tuple[str, ...]:
    """The names that a frame is made with: `DataFrame([values], columns=names)`."""
    lists = dict(assignments(module.body)) | dict(assignments(function.body))
    for node in ast.walk(function):
        for word in node.keywords if isinstance(node, ast.Call) else ():
            value = lists.get(word.value.id) if isinstance(word.value, ast.Name) else word.value
            if word.arg == "columns" and isinstance(value, ast.List | ast.Tuple):
                names = [one.value for one in value.elts if isinstance(one, ast.Constant)]
                return tuple(one[:100] for one in names if isinstance(one, str))
    return ()


def _body(node: ast.expr, module: Module) -> str:
    """The kind of an expression that is a request's body, "" of any other."""
    call = isinstance(node, ast.Call)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "to_dict":
        return _body(node.func.value, module)
    origin = module.origin(node.func if isinstance(node, ast.Call) else node)
    name = ".".join(origin.split(".")[-2:])
    if name in _FORMS | _FILES and not call:
        return "file" if name in _FILES else "form"
    return "json" if name in _JSON and call == (name == "request.get_json") else ""


def _named(node: ast.AST, module: Module) -> Iterator[tuple[str, str]]:
    """(name, kind) of `data = request.get_json()`."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        kind = _body(node.value, module)
        if kind:
            yield node.targets[0].id, kind


def _read(node: ast.AST, module: Module, bodies: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(kind, member) of `request.form["age"]`, `data.get("age")`."""
    owner: ast.expr | None = None
    key: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        owner, key = node.value, node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        owner, key = node.func.value, node.args[0]
    if owner is None or not isinstance(key, ast.Constant) or not isinstance(key.value, str):
        return
    kind = bodies.get(owner.id, "") if isinstance(owner, ast.Name) else _body(owner, module)
    if kind:
        yield kind, key.value[:100]
