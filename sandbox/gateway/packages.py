"""Providers of models whose client a repository lists or imports, in any of its languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from sandbox.gateway.providers import PROVIDERS, Provider
from sandbox.pysource.distributions import distribution_of, imports_of, normalise
from sandbox.pysource.syntax import FOREIGN_FOLDERS, modules
from sandbox.tree import Tree

MAX_BYTES = 128 * 1024
_REQUIREMENTS = re.compile(r"(?:^|/)(?:[\w.-]*requirements[\w.-]*\.(?:txt|in)|requirements/[\w.-]+\.txt)$")
_LISTED = re.compile(r"(?:^|/)(?:pyproject\.toml|Pipfile|environment\.ya?ml|setup\.(?:py|cfg))$")
_OTHER = re.compile(r"(?:^|/)(?:go\.mod|pom\.xml|build\.gradle(?:\.kts)?|Cargo\.toml)$")
# Names at the start of a line and names in quotes: more than are packages, and none of a package is missed.
_NAMES = (
    re.compile(r"^[ \t]{0,40}(?:-[ \t]{0,8})?[\"']?([A-Za-z][\w.-]{0,80})", re.MULTILINE),
    re.compile(r"[\"']([A-Za-z][\w.-]{0,80})[ ]{0,4}(?:[\[<>=!~;@][^\"'\n]{0,200})?[\"']"),
)


def by_package(tree: Tree) -> Iterator[tuple[Provider, str]]:
    """(provider, "requirements.txt (openai)") for each client that is listed or imported."""
    manifests = [path for path in tree.paths if not FOREIGN_FOLDERS & set(path.split("/")[:-1])]
    python, node = _python(tree, manifests), _node(tree, manifests)
    for provider in PROVIDERS:
        for names, found in ((provider.python, python), (provider.node, node)):
            for name in names:
                if name in found:
                    yield provider, f"{found[name]} ({name})"
    for path in manifests:
        if _OTHER.search(path):
            text = tree.read(path, MAX_BYTES)
            for provider in PROVIDERS:
                word = next((one for one in provider.words if one in text), None)
                if word is not None:
                    yield provider, f"{path} ({word})"


def _python(tree: Tree, manifests: list[str]) -> dict[str, str]:
    """Distributions by normalised name, with the file that lists or imports them."""
    found: dict[str, str] = {}
    for path in manifests:
        text = tree.read(path, MAX_BYTES).replace("\x00", "") if path.endswith((".txt", ".in")) else ""
        if _REQUIREMENTS.search(path):
            names = [match[1] for line in text.splitlines() if (match := re.match(r"\s*([A-Za-z0-9][\w.-]*)", line))]
        elif _LISTED.search(path):
            text = tree.read(path, MAX_BYTES)
            names = [name for pattern in _NAMES for name in pattern.findall(text)]
        else:
            continue
        for name in names:
            found.setdefault(normalise(name), path)
    for module in modules(tree):
        for name in imports_of(module):
            head = ".".join(name.split(".")[:2])
            for one in (distribution_of(name), head.replace(".", "-"), name.replace(".", "-")):
                found.setdefault(normalise(one), module.path)
    return found


def _node(tree: Tree, manifests: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in manifests:
        if path.rpartition("/")[2] != "package.json":
            continue
        try:
            document = json.loads(tree.read(path, MAX_BYTES))
        except (ValueError, RecursionError):
            continue
        for group in ("dependencies", "devDependencies"):
            names = document.get(group) if isinstance(document, dict) else None
            for name in names if isinstance(names, dict) else ():
                found.setdefault(name, path)
    return found
