"""Django's URL tables: what `include` puts before a path, and which methods the view behind it answers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.pysource.inputs import Inputs, inputs_of
from sandbox.pysource.syntax import Module, value_of

MAX_DEPTH = 5
_VERBS = ("get", "post", "put", "patch", "delete")
_TABLES = ("django.urls.path", "django.conf.urls.path")
# Class-based views by the end of their names (Django's and the REST framework's) -> what they answer.
_VIEWS = (
    (re.compile(r"(?:ListCreateAPIView|ModelViewSet|CreateView|FormView|LoginView)$"), ("GET", "POST")),
    (re.compile(r"CreateAPIView$"), ("POST",)),
)


@dataclass(frozen=True)
class Row:
    """One line of the tables: the whole path from the root, a method, and the function or class behind it if known."""

    path: str
    method: str
    view: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None = None
    module: Module | None = None

    @property
    def inputs(self) -> Inputs | None:
        """What the function behind it, or the method of the class, reads of a body."""
        function = self.view
        if isinstance(function, ast.ClassDef):
            named = (one for one in function.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef))
            function = next((one for one in named if one.name == self.method.lower()), None)
        if self.method != "POST" or function is None or self.module is None:
            return None
        return inputs_of(function, self.module)


def django_rows(parsed: Iterable[Module]) -> Iterator[Row]:
    """The rows of every table that no other one includes, with those that it includes."""
    parsed = tuple(parsed)
    tables = [module for module in parsed if module.path.endswith("urls.py") and list(_entries(module))]
    below = {table.path for module in tables for table in _included(module, tables)}
    roots = [module for module in tables if module.path not in below] or tables[:1]
    for module in roots:
        yield from _rows(module, "", tables, parsed, 0)


def _entries(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """(path, target) of each `path(...)` with a literal path."""
    for node in module.calls:
        if module.origin(node.func) in _TABLES and len(node.args) > 1:
            literal = value_of(node.args[0], module).literal
            if isinstance(literal, str) and isinstance(node.args[0], ast.Constant):
                yield literal, node.args[1]


def _is_include(node: ast.expr, module: Module) -> bool:
    return isinstance(node, ast.Call) and module.origin(node.func).endswith("urls.include") and bool(node.args)


def _included(module: Module, tables: list[Module]) -> list[Module]:
    found = (_table(target, module, tables) for _, target in _entries(module) if _is_include(target, module))
    return [table for table in found if table is not None and table is not module]


def _table(target: ast.expr, module: Module, tables: list[Module]) -> Module | None:
    """The file that `include("shop.urls")` or `include(shop.urls)` names."""
    argument = target.args[0] if isinstance(target, ast.Call) else target
    if isinstance(argument, ast.Tuple) and argument.elts:
        argument = argument.elts[0]
    literal = value_of(argument, module).literal
    name = literal if isinstance(literal, str) else module.origin(argument)
    suffix = "/" + name.strip(".").replace(".", "/") + ".py"
    return next((table for table in tables if f"/{table.path}".endswith(suffix)), None)


def _rows(module: Module, prefix: str, tables: list[Module], parsed: tuple[Module, ...], depth: int) -> Iterator[Row]:
    if depth > MAX_DEPTH:
        return
    for text, target in _entries(module):
        path = prefix + text.removeprefix("/")
        if not _is_include(target, module):
            yield from _viewed(path, target, module, parsed)
            continue
        table = _table(target, module, tables)
        if table is not None and table is not module:
            yield from _rows(table, path, tables, parsed, depth + 1)
        elif table is None:
            yield from _registered(path, target, module)


def _registered(prefix: str, target: ast.expr, module: Module) -> Iterator[Row]:
    """`include(router.urls)` of the REST framework: what was registered with that router."""
    argument = target.args[0] if isinstance(target, ast.Call) else None
    if not isinstance(argument, ast.Attribute) or argument.attr != "urls" or not isinstance(argument.value, ast.Name):
        return
    for node in module.calls:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "register" and len(node.args) > 1:
            on, text = function.value, value_of(node.args[0], module).literal
            if isinstance(on, ast.Name) and on.id == argument.value.id and isinstance(text, str):
                for method in ("GET", "POST"):
                    yield Row(f"/{prefix}{text}/", method)


def _viewed(path: str, target: ast.expr, module: Module, parsed: tuple[Module, ...]) -> Iterator[Row]:
    as_view = isinstance(target, ast.Call) and isinstance(target.func, ast.Attribute) and target.func.attr == "as_view"
    named = target.func.value if as_view else target  # type: ignore[attr-defined]
    while isinstance(named, ast.Call) and named.args:  # csrf_exempt(view)
        named = named.args[0]
    view, home = _defined(module.origin(named), module, parsed)
    for method in _methods(view, home) if view is not None and home is not None else ("GET",):
        yield Row(f"/{path}", method, view, home)


def _defined(
    origin: str, module: Module, parsed: tuple[Module, ...]
) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | None, Module | None]:
    """The function or class of a view, and the file that it is in."""
    place, _, name = origin.strip(".").rpartition(".")
    suffix = "/" + place.replace(".", "/") if place else ""
    for other in sorted(parsed, key=lambda one: one.folder != module.folder):
        stem = "/" + other.path.removesuffix(".py").removesuffix("/__init__")
        if not stem.endswith(suffix) if suffix else other is not module:
            continue
        for node in other.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name:
                return node, other
    return None, None


def _methods(view: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, module: Module) -> tuple[str, ...]:
    if isinstance(view, ast.ClassDef):
        own = tuple(
            one.name.upper()
            for one in view.body
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name in _VERBS
        )
        bases = [module.origin(base) for base in view.bases]
        known = next((verbs for pattern, verbs in _VIEWS for base in bases if pattern.search(base)), ("GET",))
        return own or known
    for decorator in view.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = module.origin(call).rpartition(".")[2]
        if name in ("require_POST", "require_GET"):
            return (name.removeprefix("require_"),)
        if isinstance(decorator, ast.Call) and name in ("api_view", "require_http_methods") and decorator.args:
            listed = decorator.args[0]
            words = [value_of(one, module).literal for one in getattr(listed, "elts", ())]
            methods = tuple(word.upper() for word in words if isinstance(word, str))
            return methods or ("GET",)
    compared = {
        one.value
        for node in ast.walk(view)
        if isinstance(node, ast.Compare) and module.origin(node.left).endswith("request.method")
        for one in node.comparators
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    return ("GET", *sorted(verb for verb in compared if verb.lower() in _VERBS and verb != "GET"))
