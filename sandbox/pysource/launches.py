"""How a file starts a server by itself: `app.run(...)`, `uvicorn.run(...)`, `demo.launch(...)`, `serve_forever()`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.pysource.syntax import LOOPBACK, Module, Value, assignments, value_of

# Calls in a __main__ block that a server started from outside can do without.
_TRIVIAL_CALLS = frozenset(
    {"print", "int", "str", "bool", "float", "os.environ.get", "os.getenv", "load_dotenv", "dotenv.load_dotenv"}
)

# Functions that serve -> the kind of call that they are.
_BY_ORIGIN = {
    "uvicorn.run": "uvicorn",
    "waitress.serve": "waitress",
    "hupper.waitress.serve": "waitress",
    "aiohttp.web.run_app": "aiohttp",
    "web.run_app": "aiohttp",
    "nicegui.ui.run": "nicegui",
}


@dataclass(frozen=True)
class Launch:
    """One call that serves.

    call   "run" (the application's own), "uvicorn", "waitress", "launch", "aiohttp", "listen", "nicegui" or
           "serve_forever"
    host   literal or the variable it is read from; None when the call does not say, Value() when it cannot be read
    alone  nothing else of substance happens in its block, so a server started from outside loses nothing
    line   1-based
    """

    call: str
    host: Value | None
    port: Value
    alone: bool
    line: int

    @property
    def exposed(self) -> bool:
        """It surely can be reached from outside its own network namespace."""
        if self.host is None:
            return self.call in ("waitress", "aiohttp", "launch", "listen", "nicegui")
        return self.host.variable == "HOST" or (self.host.literal is not None and self.host.literal not in LOOPBACK)

    @property
    def loopback(self) -> bool:
        """It surely cannot."""
        if self.host is None:
            return self.call in ("run", "uvicorn")
        return self.host.variable != "HOST" and self.host.literal in LOOPBACK


def _kind(module: Module, call: ast.Call) -> str:
    origin = module.origin(call.func)
    method = call.func.attr if isinstance(call.func, ast.Attribute) else origin.rpartition(".")[2]
    if origin in _BY_ORIGIN:
        return _BY_ORIGIN[origin]
    if method == "listen" and isinstance(call.func, ast.Attribute) and call.args and _uses(module, "tornado"):
        return "listen"
    if method == "serve_forever":
        return "serve_forever"
    if method == "launch" and isinstance(call.func, ast.Attribute):
        return "launch"
    owner = origin.rpartition(".")[0]
    # subprocess.run and asyncio.run come from modules; an application is a name of the file's own.
    runs = (
        isinstance(call.func, ast.Attribute)
        and method in ("run", "run_server")
        and owner
        and "." not in owner
        and owner not in _modules_of(module)
    )
    return "run" if runs else ""


def _uses(module: Module, package: str) -> bool:
    return any(origin.partition(".")[0] == package for origin in module.names.values())


def _modules_of(module: Module) -> frozenset[str]:
    plain = (alias for node in module.nodes if isinstance(node, ast.Import) for alias in node.names)
    return frozenset(alias.asname or alias.name.partition(".")[0] for alias in plain)


def _arguments(module: Module, call: ast.Call, kind: str) -> tuple[ast.expr | None, ast.expr | None]:
    """The expressions for host and port."""
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    host = named.get("host", named.get("server_name"))
    port = named.get("port", named.get("server_port"))
    if kind == "run":
        positional = [argument for argument in call.args if not isinstance(argument, ast.Name)]
        host = host or (positional[0] if positional else None)
        port = port or (positional[1] if len(positional) > 1 else None)
    if kind == "listen":
        port, host = call.args[0], named.get("address", call.args[1] if len(call.args) > 1 else None)
    if kind == "serve_forever":
        return _server_address(module)
    return host, port


def _server_address(module: Module) -> tuple[ast.expr | None, ast.expr | None]:
    """The pair in `SomeServer((host, port), Handler)`."""
    for node in module.calls:
        if len(node.args) > 1 and isinstance(node.args[0], ast.Tuple):
            elements = node.args[0].elts
            if len(elements) == 2 and isinstance(node.args[1], ast.Name | ast.Attribute):
                return elements[0], elements[1]
    unreadable = ast.Name("")
    return unreadable, unreadable


def _blocks(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """Every list of statements in the file, outermost first."""
    yield body
    for statement in body:
        for name in ("body", "orelse", "finalbody"):
            inside = getattr(statement, name, None)
            if inside:
                yield from _blocks(inside)
        for handler in getattr(statement, "handlers", []):
            yield from _blocks(handler.body)


def _is_alone(module: Module, block: list[ast.stmt], serving: ast.stmt, launch: ast.Call) -> bool:
    if block is module.body:
        return True
    inside = set(ast.walk(launch))
    for statement in block:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and node not in inside and module.origin(node.func) not in _TRIVIAL_CALLS:
                logs = module.origin(node.func).startswith(("logging.", "logger.", "log."))
                if not logs:
                    return False
        if statement is serving:
            return True
    return True


def launches(module: Module) -> tuple[Launch, ...]:
    """Every serving call of the file, in order."""
    kinds = {node: kind for node in module.calls if (kind := _kind(module, node))}
    if not kinds:  # which is so of most files
        return ()
    constants = dict(assignments(module.body))
    found: dict[int, Launch] = {}
    for block in _blocks(module.body):
        local = constants | dict(assignments(block))
        for statement in block:
            for node in ast.walk(statement):
                if not isinstance(node, ast.Call) or node not in kinds:
                    continue
                kind = kinds[node]
                host, port = _arguments(module, node, kind)
                # Inner blocks come later and see more: the innermost answer stays.
                found[node.lineno] = Launch(
                    kind,
                    None if host is None else value_of(host, module, local),
                    value_of(port, module, local),
                    _is_alone(module, block, statement, node),
                    node.lineno,
                )
    return tuple(found[line] for line in sorted(found))
