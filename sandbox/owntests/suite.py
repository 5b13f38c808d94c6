"""Which command runs the repository's tests, and what has to be in the image for it."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.owntests.python import install_line, python_command
from sandbox.plan import Plan
from sandbox.tree import Tree

FOLDER = "/assay-source"
# What `npm init` writes where a project has no tests.
NO_TESTS = re.compile(r"no test specified", re.IGNORECASE)


@dataclass(frozen=True)
class Suite:
    """`runner` is "pytest", "django", "npm" or "declared"; `install` instructions of a Dockerfile; `command` for sh.

    `plants` is true where a fault can be planted in the code before the tests run.
    """

    runner: str
    folder: str
    install: str
    command: str
    plants: bool = False


def choose(tree: Tree, plan: Plan, files: Iterable[str]) -> Suite | str:
    """The suite of a repository whose test files are `files`, or a sentence that says why there is none to run."""
    declared = plan.hints.get("tests")
    if declared:
        return _declared(declared)
    files = [path for path in files if path in tree]
    python = [path for path in files if path.endswith(".py")]
    if python:
        return _python(tree, plan, python)
    if any(path.endswith((".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs")) for path in files):
        return _node(tree, plan)
    if files:
        return "Only tests of Python and JavaScript are run without a declaration; declare tests.run in assay.yaml."
    return "There are no test files."


def _declared(tests: dict[str, Any]) -> Suite:
    install = f"RUN cd {FOLDER} && {tests['install']}\n" if tests.get("install") else ""
    return Suite("declared", "", install, str(tests["run"]))


def _python(tree: Tree, plan: Plan, files: list[str]) -> Suite:
    """From the folder that the app is built in when the tests are below it, else from the root."""
    folder = plan.context if plan.context and all(_is_below(path, plan.context) for path in files) else ""
    is_django = any(posixpath.join(folder, "manage.py") == path for path in tree.paths) and not any(
        "pytest" in tree.read(path) for path in (*files, *tree.glob("pytest.ini"), *tree.glob("pyproject.toml"))
    )
    runner = "django" if is_django else "pytest"
    return Suite(runner, folder, install_line(tree, folder, files), python_command(runner), plants=True)


def _node(tree: Tree, plan: Plan) -> Suite | str:
    for folder in dict.fromkeys((plan.context, "")):
        try:
            script = json.loads(tree.read(posixpath.join(folder, "package.json")) or "{}")["scripts"]["test"]
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if isinstance(script, str) and not NO_TESTS.search(script):
            within = posixpath.join(FOLDER, folder)
            install = f"RUN cd {within} && (npm ci --include=dev || npm install --include=dev)\n"
            return Suite("npm", folder, install, "CI=true npm test")
    return "package.json has no script named test; add one, or declare tests.run in assay.yaml."


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(f"{folder}/")
