"""BentoML: the services of a file, and the script that puts the model which they load into BentoML's store."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterable, Iterator

from sandbox.pysource.frameworks import BENTOML
from sandbox.pysource.syntax import Module, assignments

_LOADS = re.compile(r"^bentoml\.(?:[a-z_]+\.)?(?:get|load_model|load_runner)$")
_SAVES = re.compile(r"^bentoml\.(?:[a-z_]+\.)?(?:save_model|save|create)$")


def services(module: Module) -> Iterator[str]:
    """Names of `svc = bentoml.Service(...)` and of classes under `@bentoml.service`."""
    for name, value in assignments(module.body):
        if isinstance(value, ast.Call) and module.origin(value.func) in BENTOML.constructors:
            yield name
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            marks = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
            if any(module.origin(one) == "bentoml.service" for one in marks):
                yield node.name


def apis(module: Module) -> Iterator[str]:
    """Names of functions under `@svc.api(...)` and of methods under `@bentoml.api`: each is a POST of its own name."""
    objects = {f"{name}.api" for name in services(module)}
    for node in module.nodes:
        if objects and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            marks = [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]
            if any(module.origin(one) in objects | {"bentoml.api"} for one in marks):
                yield node.name


def serve_command(target: str) -> str:
    return f"exec python -m bentoml serve {shlex.quote(target)} --host 0.0.0.0 --port ${{PORT:-3000}}"


def fill_store(service: Module, parsed: Iterable[Module], folder: str) -> tuple[str, ...]:
    """The commands after which the store, which no repository holds, has the service's model; () when it needs none."""
    if not any(_LOADS.match(service.origin(node.func)) for node in service.calls):
        return ()
    prefix = f"{folder}/" if folder else ""
    for module in sorted(parsed, key=lambda one: (one.path.count("/"), one.path)):
        saves = any(_SAVES.match(module.origin(node.func)) for node in module.calls)
        if saves and module is not service and module.path.startswith(prefix):
            return (f"python {shlex.quote(module.path[len(prefix) :])}",)
    return ()
