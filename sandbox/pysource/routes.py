"""Literal HTTP routes of a repository, with their methods, as far as decorators and URL tables spell them out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sandbox.pysource.bentoml import apis
from sandbox.pysource.djangoroutes import django_rows
from sandbox.pysource.inputs import Inputs, inputs_of
from sandbox.pysource.syntax import Module, assignments, value_of

MAX_ROUTES = 100
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_HEALTH = re.compile(
    r"(?:^|/)(?:health(?:[-_]?check)?|healthz|ready|readyz|readiness|live|livez|liveness|ping|heartbeat|alive|status)/?$",
    re.IGNORECASE,
)
_ROUTERS = ("fastapi.APIRouter", "fastapi.routing.APIRouter", "flask.Blueprint", "quart.Blueprint")


@dataclass(frozen=True, order=True)
class Route:
    """`path` as the team wrote it, parameters in the framework's own notation ("/items/{id}", "/u/<name>").

    inputs  what the function reads of the body, None where nothing tells
    """

    path: str
    method: str
    function: str = ""
    inputs: Inputs | None = field(default=None, compare=False)

    @property
    def parameters(self) -> bool:
        return any(mark in self.path for mark in "{<(*:^")


def routes_of(parsed: Iterable[Module]) -> tuple[Route, ...]:
    """Routes of all modules, prefixes of routers and blueprints applied, at most MAX_ROUTES."""
    parsed = tuple(parsed)
    mounted = _mount_prefixes(parsed)
    found: dict[tuple[str, str], Route] = {}
    for module in parsed:
        for route in (*_decorated(module, mounted), *_tabled(module), *_paired(module), *_bentos(module)):
            found.setdefault((route.path, route.method), route)
    for row in django_rows(parsed):
        found.setdefault(
            (row.path, row.method), Route(row.path, row.method, row.view.name if row.view else "", row.inputs)
        )
    return tuple(list(found.values())[:MAX_ROUTES])


def health_paths(routes: Iterable[Route]) -> tuple[str, ...]:
    """The GET routes whose name means health, those that say "health" first."""
    named = [route.path for route in routes if route.method == "GET" and _HEALTH.search(route.path)]
    return tuple(sorted(dict.fromkeys(named), key=lambda path: ("health" not in path.lower(), len(path))))


def _text(node: ast.expr | None, module: Module) -> str:
    literal = value_of(node, module).literal
    return literal if isinstance(literal, str) else ""


def _keyword(call: ast.Call, *names: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg in names), None)


def _join(prefix: str, path: str) -> str:
    joined = f"{prefix.rstrip('/')}/{path.lstrip('/')}" if prefix else path
    return joined if joined.startswith("/") else "/" + joined


def _router_prefixes(module: Module) -> dict[str, str]:
    """Name of a router or blueprint of this file -> its own prefix."""
    return {
        name: _text(_keyword(value, "prefix", "url_prefix"), module)
        for name, value in assignments(module.body)
        if isinstance(value, ast.Call) and module.origin(value.func) in _ROUTERS
    }


def _mount_prefixes(parsed: tuple[Module, ...]) -> dict[str, str]:
    """Last parts of an included router's origin ("users.router", "users_bp") -> the prefix it is mounted under."""
    mounted: dict[str, str] = {}
    for module in parsed:
        for node in module.calls:
            if not isinstance(node.func, ast.Attribute) or not node.args:
                continue
            if node.func.attr in ("include_router", "register_blueprint"):
                prefix = _text(_keyword(node, "prefix", "url_prefix"), module)
                if prefix:
                    mounted[".".join(module.origin(node.args[0]).split(".")[-2:])] = prefix
    return mounted


def _mounted(module: Module, name: str, mounted: dict[str, str]) -> str:
    stem = module.path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]
    return mounted.get(f"{stem}.{name}") or mounted.get(name, "")


def _methods(call: ast.Call, module: Module) -> list[str]:
    listed = _keyword(call, "methods")
    if isinstance(listed, ast.List | ast.Tuple | ast.Set):
        return [_text(element, module).upper() for element in listed.elts if _text(element, module)] or ["GET"]
    return ["GET"]


def _decorated(module: Module, mounted: dict[str, str]) -> Iterator[Route]:
    own = _router_prefixes(module)
    for node in module.nodes:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
                continue
            verb = decorator.func.attr
            path = _text(decorator.args[0] if decorator.args else _keyword(decorator, "path", "rule"), module)
            if verb not in (*_VERBS, "route", "api_route") or (not path and decorator.args == []):
                continue
            name = decorator.func.value.id if isinstance(decorator.func.value, ast.Name) else ""
            prefix = _mounted(module, name, mounted)
            # Flask's register_blueprint(url_prefix=) replaces the blueprint's own; FastAPI's adds to it.
            inner = own.get(name, "")
            if prefix and inner and not any("flask" in origin for origin in module.names.values()):
                inner = _join(prefix, inner)
            elif prefix:
                inner = prefix
            inputs = inputs_of(node, module)
            for method in [verb.upper()] if verb in _VERBS else _methods(decorator, module):
                yield Route(_join(inner, path), method, node.name, inputs if method == "POST" else None)


def _tabled(module: Module) -> Iterator[Route]:
    """Starlette's `Route(...)`, Flask's `add_url_rule` and aiohttp's tables."""
    for node in module.calls:
        if not node.args:
            continue
        origin = module.origin(node.func)
        path = _text(node.args[0], module)
        added = re.fullmatch(r"add_(get|post|put|patch|delete)", origin.rpartition(".")[2])
        if added or re.fullmatch(r"aiohttp\.web\.(?:get|post|put|patch|delete)", origin):
            yield Route(_join("", path), (added[1] if added else origin.rpartition(".")[2]).upper())
        elif origin == "starlette.routing.Route" or origin.endswith((".add_url_rule", ".add_api_route")):
            for method in _methods(node, module):
                yield Route(_join("", path), method)


def _bentos(module: Module) -> Iterator[Route]:
    """BentoML's, which are called as their functions are."""
    return (Route(f"/{name}", "POST", name) for name in apis(module))


def _paired(module: Module) -> Iterator[Route]:
    """Tornado's `(r"/status", Handler)`."""
    if not any(origin.startswith("tornado") for origin in module.names.values()):
        return
    for node in module.nodes:
        if isinstance(node, ast.Tuple) and len(node.elts) > 1 and isinstance(node.elts[1], ast.Name | ast.Attribute):
            path = _text(node.elts[0], module)
            if path.startswith("/"):
                yield Route(path.rstrip("$"), "GET")
