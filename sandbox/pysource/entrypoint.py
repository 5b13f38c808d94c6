"""Which file serves HTTP, and through which object: a search of syntax trees, scored, nothing imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sandbox.pysource.bentoml import services
from sandbox.pysource.frameworks import (
    BENTOML,
    BY_CONSTRUCTOR,
    CHAINLIT,
    DJANGO,
    GRADIO,
    PANEL,
    SELF_SERVED,
    STREAMLIT,
    TORNADO,
    Framework,
)
from sandbox.pysource.launches import Launch, launches
from sandbox.pysource.mentions import Mention, mentions
from sandbox.pysource.routes import routes_of
from sandbox.pysource.starters import starter_of
from sandbox.pysource.syntax import Module, assignments, modules
from sandbox.tree import Tree

_ASIDE = frozenset(
    {"example", "examples", "docs", "doc", "script", "scripts", "notebooks", "benchmark"}
    | {"benchmarks", "load_test", "loadtest", "loadtests", "training", "train", "old", "archive", "backup", "tools"}
)
_TEST_FOLDERS = frozenset({"test", "tests", "testing", "__tests__", "e2e"})
_TEST_FILE = re.compile(r"^(?:test_.*|.*_test|tests?|conftest|locustfile|setup)\.py$")
_USUAL_NAMES = ("main.py", "app.py", "server.py", "api.py", "wsgi.py", "asgi.py", "run.py", "streamlit_app.py")
_USUAL_OBJECTS = ("app", "application", "api", "server")


@dataclass(frozen=True)
class Entrypoint:
    """One thing that could be started.

    attribute  module-level name of the application, "" for a script
    factory    `attribute` is a function without required arguments that makes the application
    launch     how the file starts a server by itself, when it does
    score      higher is likelier; `why` says what counted
    """

    framework: Framework
    module: Module
    attribute: str = ""
    factory: bool = False
    launch: Launch | None = None
    score: int = 0
    why: str = ""

    @property
    def path(self) -> str:
        return self.module.path

    def describe(self) -> str:
        """For people: "FastAPI object `app` in api/main.py"."""
        if not self.attribute:
            return f"{self.framework.title} in {self.path}"
        kind = "factory" if self.factory else "object"
        return f"{self.framework.title} {kind} `{self.attribute}` in {self.path}"


def is_test(path: str) -> bool:
    """The file tests the product."""
    parts = PurePosixPath(path).parts
    return bool(_TEST_FOLDERS & {part.lower() for part in parts[:-1]}) or bool(_TEST_FILE.match(parts[-1]))


def is_aside(path: str) -> bool:
    """The file is a test, an example or a tool rather than the product."""
    return is_test(path) or bool(_ASIDE & {part.lower() for part in PurePosixPath(path).parts[:-1]})


def entrypoints(tree: Tree, parsed: tuple[Module, ...] | None = None) -> tuple[Entrypoint, ...]:
    """Every candidate, likeliest first."""
    parsed = modules(tree) if parsed is None else parsed
    said = mentions(tree)
    imported = _imported_stems(parsed)
    found = [
        _scored(_from_its_start(candidate, parsed), said, imported)
        for module in parsed
        if not is_test(module.path)
        for candidate in _candidates(module, parsed)
    ]
    return tuple(sorted(found, key=lambda entry: (-entry.score, entry.path.count("/"), entry.path, entry.attribute)))


def _candidates(module: Module, parsed: tuple[Module, ...]) -> Iterator[Entrypoint]:
    started = launches(module)
    own = next((launch for launch in started if launch.call != "launch"), None)
    if module.path.rpartition("/")[2] == "manage.py" and "django" in " ".join(module.names.values()):
        yield Entrypoint(DJANGO, module)
        return
    makers = _makers(module)
    served = False
    for name, value in dict(assignments(module.body)).items():
        framework = _made_by(value, module) or _made_by_factory(value, module, makers, parsed)
        if framework is not None and framework.interface != "script":
            served = True
            attribute = f"{name}.{framework.attribute}" if framework.attribute else name
            yield Entrypoint(framework, module, attribute, launch=own)
    for name, (framework, callable_) in makers.items():
        if framework.interface != "script" and callable_ and not served:
            served = True
            yield Entrypoint(framework, module, name, factory=True, launch=own)
    if not served:
        yield from _scripts(module, started)


def _from_its_start(entry: Entrypoint, parsed: tuple[Module, ...]) -> Entrypoint:
    """The same, from the file that starts it when the one that opens the page or the server only defines how."""
    if entry.framework not in (GRADIO, SELF_SERVED):
        return entry
    starter = starter_of(entry.module, [one for one in parsed if not is_test(one.path)])
    return entry if starter is entry.module else replace(entry, module=starter, launch=None)


def _scripts(module: Module, started: tuple[Launch, ...]) -> Iterator[Entrypoint]:
    """What a file that makes no application for a server is the start of, by what it imports and calls."""
    if found := [Entrypoint(BENTOML, module, name) for name in services(module)]:
        yield from found
        return
    own = next((launch for launch in started if launch.call != "launch"), None)
    roots = {origin.partition(".")[0] for origin in module.names.values()}
    if "streamlit" in roots:
        yield Entrypoint(STREAMLIT, module)
    elif "gradio" in roots and any(launch.call == "launch" for launch in started):
        yield Entrypoint(GRADIO, module, launch=started[0])
    elif "chainlit" in roots:
        yield Entrypoint(CHAINLIT, module)
    elif "panel" in roots and "servable" in _methods(module):
        yield Entrypoint(PANEL, module)
    elif own is not None and own.call == "listen":
        yield Entrypoint(TORNADO, module, launch=own)
    elif own is not None and own.call != "run":
        yield Entrypoint(SELF_SERVED, module, launch=own)


def _methods(module: Module) -> frozenset[str]:
    """Names of the methods that the file calls."""
    return frozenset(node.func.attr for node in module.calls if isinstance(node.func, ast.Attribute))


def _made_by(node: ast.expr, module: Module) -> Framework | None:
    return BY_CONSTRUCTOR.get(module.origin(node.func)) if isinstance(node, ast.Call) else None


def _makers(module: Module) -> dict[str, tuple[Framework, bool]]:
    """Functions of the file that make an application, by name."""
    functions = (node for node in module.body if isinstance(node, ast.FunctionDef))
    return {node.name: made for node in functions if (made := _maker(node, module)) is not None}


def _maker(node: ast.FunctionDef, module: Module) -> tuple[Framework, bool] | None:
    """The framework whose application a function makes and returns, and whether it can be called with nothing."""
    if not any(isinstance(part, ast.Return) for part in ast.walk(node)):
        return None
    made = next((framework for part in ast.walk(node) if (framework := _made_by_any(part, module))), None)
    required = len(node.args.args) + len(node.args.posonlyargs) - len(node.args.defaults)
    required += sum(default is None for default in node.args.kw_defaults)
    return None if made is None else (made, required == 0)


def _made_by_any(node: ast.AST, module: Module) -> Framework | None:
    return _made_by(node, module) if isinstance(node, ast.expr) else None


def _made_by_factory(
    node: ast.expr, module: Module, makers: dict[str, tuple[Framework, bool]], parsed: tuple[Module, ...]
) -> Framework | None:
    """`app = create_app()`, the function being here or in another file of the repository."""
    if not isinstance(node, ast.Call):
        return None
    origin = module.origin(node.func)
    if origin in makers:
        return makers[origin][0]
    home, _, name = origin.strip(".").rpartition(".")
    if not name or origin == name:
        return None
    suffix = home.replace(".", "/")
    for other in parsed:
        stem = other.path.removesuffix(".py").removesuffix("/__init__")
        # Either may be the longer one: the code can be imported from above the folder that we look at.
        same = f"/{stem}".endswith(f"/{suffix}") or f"/{suffix}".endswith(f"/{stem}")
        if other is not module and same:
            made = _makers(other).get(name)
            if made is not None:
                return made[0]
    return None


def _imported_stems(parsed: Iterable[Module]) -> frozenset[str]:
    """Last parts of every module imported somewhere in the repository: a script that others import is no start."""
    return frozenset(name.rpartition(".")[2] for module in parsed for name, _ in module.imports if name)


def mentioned(path: str, said: Iterable[Mention]) -> Mention | None:
    """The mention that names this file, the longest first."""
    package = path.removesuffix("/__init__.py") + ".py"
    for mention in sorted(said, key=lambda item: -len(item.path)):
        if any(name == mention.path or name.endswith("/" + mention.path) for name in (path, package)):
            return mention
    return None


def _scored(entry: Entrypoint, said: tuple[Mention, ...], imported: frozenset[str]) -> Entrypoint:
    name = entry.path.rpartition("/")[2]
    routes = len(routes_of((entry.module,)))
    mention = mentioned(entry.path, said)
    weights = (
        (60, mention is not None, f"{mention.document if mention else ''} starts it"),
        (-80, is_aside(entry.path), "but it lies among examples or tools"),
        (12, name in _USUAL_NAMES, "its file has a usual name"),
        (4, entry.attribute in _USUAL_OBJECTS, "its object has a usual name"),
        (25, entry.framework is DJANGO, "manage.py runs the project"),
        (15, not entry.framework.ui, "it serves an API or site of its own"),
        (-10, entry.factory, ""),
        (-40, entry.framework is SELF_SERVED, ""),
        (min(routes, 6) * 3, routes > 0, f"it has {routes} route{'s' if routes != 1 else ''}"),
        (6, entry.launch is not None, "it starts a server by itself"),
        (
            -30,
            entry.framework in (STREAMLIT, CHAINLIT) and _is_page(entry, imported),
            "but it is a page or part of another file",
        ),
        (20, entry.framework is STREAMLIT and _sets_up_page(entry.module), "it sets the page up"),
    )
    score = sum(points for points, holds, _ in weights if holds) - 4 * entry.path.count("/")
    why = "; ".join(text for _, holds, text in weights if holds and text)
    return Entrypoint(entry.framework, entry.module, entry.attribute, entry.factory, entry.launch, score, why)


def _is_page(entry: Entrypoint, imported: frozenset[str]) -> bool:
    path = PurePosixPath(entry.path)
    return "pages" in path.parts[:-1] or path.stem in imported


def _sets_up_page(module: Module) -> bool:
    return any(
        module.origin(node.func) in ("streamlit.set_page_config", "streamlit.navigation") for node in module.calls
    )
