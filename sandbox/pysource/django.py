"""A Django project read without importing it: its settings, the object to serve and what it needs before it starts."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from sandbox.pysource.syntax import MAX_FILE_BYTES, Module
from sandbox.tree import Tree


@dataclass(frozen=True)
class DjangoProject:
    """settings  "shop.settings"     served  "shop.wsgi:application"     interface  "wsgi" or "asgi"
    collects_static  STATIC_ROOT is set, so `collectstatic` has somewhere to put files"""

    settings: str
    served: str
    interface: str
    collects_static: bool


def read_django(tree: Tree, manage: Module) -> DjangoProject | None:
    """The project that a manage.py runs; None when neither a wsgi.py nor an asgi.py can be found for it."""
    folder = manage.folder
    inside = tree.below(folder)
    settings = _settings_module(manage)
    package = settings.partition(".")[0]
    homes = [package] if package else []
    homes += [path.rpartition("/")[0] for path in inside.paths if path.endswith(("/wsgi.py", "/asgi.py"))]
    texts = " ".join(
        inside.read(path, MAX_FILE_BYTES)
        for path in inside.paths
        if path.startswith(f"{package}/") and "settings" in path and path.endswith(".py")
    )
    prefers_asgi = bool(re.search(r"\bASGI_APPLICATION\b|[\"'](?:channels|daphne)[\"']", texts))
    for home in homes:
        for name in ("asgi", "wsgi") if prefers_asgi else ("wsgi", "asgi"):
            if f"{home}/{name}.py" in inside:
                served = f"{home.replace('/', '.')}.{name}:application"
                return DjangoProject(
                    settings, served, name, bool(re.search(r"^\s*STATIC_ROOT\s*[:=]", texts, re.MULTILINE))
                )
    return None


def _settings_module(manage: Module) -> str:
    """The value that manage.py gives DJANGO_SETTINGS_MODULE."""
    for node in manage.calls:
        texts = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        if len(texts) == 2 and texts[0] == "DJANGO_SETTINGS_MODULE" and isinstance(texts[1], str):
            return texts[1]
    return ""
