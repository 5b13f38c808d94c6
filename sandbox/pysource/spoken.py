"""Packages that a README tells people to install, for a repository that lists them nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sandbox.pysource.misnamed import renamed
from sandbox.pysource.placement import ancestors
from sandbox.pysource.requirements import parse_requirement
from sandbox.pysource.standard import STANDARD_MODULES
from sandbox.tree import Tree

_DOCUMENT = re.compile(r"(?:readme|install|setup|usage)[\w.-]{0,20}", re.IGNORECASE)
_CODE = re.compile(r"\.(?:py|sh|cfg|toml|js|ipynb)$", re.IGNORECASE)
_INSTALL = re.compile(r"\bpip3?[ \t]+install[ \t]+([^\n`|;&#>]{1,400})", re.IGNORECASE)
_PYTHON = re.compile(
    r"\b(?:conda|mamba)[ \t]+create\b[^\n]{0,120}?\bpython[ \t]*=+[ \t]*(3\.\d{1,2})"
    r"|\bpyenv[ \t]+(?:install|local)[ \t]+(3\.\d{1,2})"
    r"|\bpython(3\.\d{1,2})[ \t]+-m[ \t]+venv",
    re.IGNORECASE,
)
_TAKES_A_PATH = re.compile(r"-[rcei]|--(?:requirement|constraint|index-url|extra-index-url|editable)")
# Tools that people work with, which no run needs.
_TOOLS = frozenset(
    {"pip", "setuptools", "wheel", "virtualenv", "virtualenvwrapper", "pipenv", "poetry", "uv", "conda", "venv"}
    | {"jupyter", "notebook", "jupyterlab", "ipykernel", "pipreqs", "pre-commit", "black", "pylint", "flake8"}
)
MOST_LINES = 40
_CHARACTERS = 64 * 1024


def spoken_packages(tree: Tree, folder: str) -> tuple[str, tuple[str, ...]]:
    """(document, requirement lines) of the README of a folder or of one above it; ("", ()) when none names a package.

    What Python brings itself and tools to work with are left out.
    """
    for path, text in _documents(tree, folder):
        lines = [line for match in _INSTALL.finditer(text) for line in _lines(match[1])]
        if lines:
            return path, tuple(dict.fromkeys(lines))[:MOST_LINES]
    return "", ()


def spoken_python(tree: Tree, folder: str) -> tuple[str, str]:
    """(document, "3.8") of the Python for which a README makes an environment, else ("", "")."""
    for path, text in _documents(tree, folder):
        for match in _PYTHON.finditer(text):
            return path, next(version for version in match.groups() if version)
    return "", ""


def _documents(tree: Tree, folder: str) -> Iterator[tuple[str, str]]:
    for place in reversed(ancestors(folder)):
        prefix = f"{place}/" if place else ""
        for path in tree.paths:
            name = path[len(prefix) :]
            if path.startswith(prefix) and "/" not in name and _DOCUMENT.fullmatch(name) and not _CODE.search(name):
                yield path, tree.read(path, _CHARACTERS)


def _lines(arguments: str) -> Iterator[str]:
    """The requirements among the arguments of one `pip install`."""
    words = arguments.split()
    for before, word in zip(["", *words], words, strict=False):
        requirement = parse_requirement(word.strip("'\".,)"))
        option = word.startswith("-") or _TAKES_A_PATH.fullmatch(before)
        if option or requirement is None or requirement.name.lower() in _TOOLS:
            continue
        meant = renamed(requirement)
        if meant is None and requirement.name not in STANDARD_MODULES:
            yield str(requirement)
        elif meant:
            yield meant
