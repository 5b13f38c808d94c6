"""Python tests: what they need beside the app, and the command that runs them with coverage."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import PurePosixPath
from typing import Any

from sandbox.pysource.distributions import third_party
from sandbox.pysource.syntax import modules
from sandbox.tree import Tree

# Requirement files and groups that people keep for development, as PEP 735 and common templates name them.
DEVELOPMENT = re.compile(r"(?:^|[-_.])(?:dev|develop|development|test|tests|testing|ci)(?:$|[-_.])", re.IGNORECASE)
REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[\w.,-]+\])?(?:[<>=!~]=?=?[\w.*,<>=!~ ]+)?")
# starlette's TestClient cannot be imported without it, and nobody declares it.
CLIENT = {"fastapi": "httpx", "starlette": "httpx"}
MOST = 60
COVERED = "assay-coverage"


def install_line(tree: Tree, folder: str, files: list[str]) -> str:
    """RUN instructions: the runner, coverage, what is declared for development, and what the test files import.

    What is declared may not be installable any more: then the rest is tried without it.
    """
    wanted = sorted({"pytest", "coverage", *_imported(tree, files)})
    declared = [*_groups(tree, folder), *(f"-r {shlex.quote(path)}" for path in _requirement_files(tree, folder))]
    pip = "python3 -m pip install --quiet --disable-pip-version-check"
    place = shlex.quote(f"./{folder}" if folder else ".")
    lines = ["RUN python3 -m pip --version || python3 -m ensurepip"]
    if declared:
        lines.append(f"RUN cd {place} && ({pip} {' '.join(declared)} || true)")
    lines.append(f"RUN {pip} {' '.join(map(shlex.quote, wanted))} || {pip} pytest coverage")
    return "\n".join(lines) + "\n"


def python_command(runner: str) -> str:
    """For sh: the exit status is the runner's; the last line has the covered share, when it could be measured."""
    run = (
        "manage.py test --noinput"
        if runner == "django"
        else "-m pytest -q -rfE --color=no -p no:cacheprovider --maxfail=50"
    )
    covered = "--source=. --omit='*/tests/*,*/test_*.py,*_test.py,*/conftest.py,*/migrations/*,setup.py'"
    return (
        'export PYTHONPATH="$PWD:$PWD/src:$PYTHONPATH"; '
        f"python3 -m coverage run --data-file=/tmp/assay.coverage {covered} {run}; code=$?; "
        f'echo "{COVERED} $(python3 -m coverage report --data-file=/tmp/assay.coverage --format=total 2>/dev/null)"; '
        "exit $code"
    )


def _imported(tree: Tree, files: list[str]) -> list[str]:
    """Distributions that the test files import, and what their test client needs."""
    wanted = set(files)
    parsed = [module for module in modules(tree) if module.path in wanted]
    found = third_party(tree, parsed)
    everywhere = {name for module in modules(tree) for name in module.packages}
    clients = [needed for package, needed in CLIENT.items() if package in everywhere]
    return [name for name in (*found, *clients) if REQUIREMENT.fullmatch(name)][:MOST]


def _requirement_files(tree: Tree, folder: str) -> list[str]:
    """Requirement files for development beside the app, relative to its folder."""
    return [
        path
        for path in tree.below(folder).paths
        if path.endswith(".txt")
        and path.count("/") <= 1
        and "requirements" in path
        and DEVELOPMENT.search(PurePosixPath(path).stem)
    ][:3]


def _groups(tree: Tree, folder: str) -> list[str]:
    """What pyproject.toml lists for development: extras, dependency groups, poetry's groups (names only)."""
    try:
        document = tomllib.loads(tree.below(folder).read("pyproject.toml"))
    except (ValueError, RecursionError):
        return []
    listed: list[Any] = []
    for table in (_table(document, "project", "optional-dependencies"), _table(document, "dependency-groups")):
        listed += [
            one
            for name, group in table.items()
            if DEVELOPMENT.search(name) and isinstance(group, list)
            for one in group
        ]
    for name, group in _table(document, "tool", "poetry", "group").items():
        if DEVELOPMENT.search(name) and isinstance(group, dict):
            listed += list(_table(group, "dependencies"))
    listed += list(_table(document, "tool", "poetry", "dev-dependencies"))
    return [shlex.quote(one) for one in listed if isinstance(one, str) and REQUIREMENT.fullmatch(one.strip())][:MOST]


def _table(document: dict[str, Any], *names: str) -> dict[str, Any]:
    value: Any = document
    for name in names:
        value = value.get(name, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, dict) else {}
