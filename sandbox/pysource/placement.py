"""From which folder a file runs: the one that makes its imports and its data files resolve."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable

from sandbox.pysource.frameworks import FRAMEWORKS
from sandbox.pysource.syntax import Module
from sandbox.tree import Tree

_FRAMEWORKS = frozenset(framework.id for framework in FRAMEWORKS)


def dotted(path: str, folder: str) -> str:
    """The import name of a file as seen from a folder above it, "" when it has none."""
    prefix = folder + "/" if folder else ""
    if not path.startswith(prefix):
        return ""
    stem = path[len(prefix) :].removesuffix(".py").removesuffix("/__init__")
    parts = stem.split("/")
    return ".".join(parts) if all(part.isidentifier() for part in parts) and stem != "__init__" else ""


def ancestors(folder: str) -> list[str]:
    """The root first, the folder itself last."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:count]) for count in range(len(parts) + 1)]


def run_folder(tree: Tree, module: Module, preferred: Iterable[str] = ()) -> str:
    """The folder to run a module from: most imports resolved, most data files found, a `preferred` one, the root."""
    package = module.path.endswith("/__init__.py")
    depth = max((level for _, level in module.imports), default=0)
    candidates = ancestors(module.folder)
    # A relative import needs as many packages above the file as it has dots.
    above = max(depth, 1 if package else 0)
    usable = [
        folder
        for folder in candidates[: len(candidates) - above]
        if dotted(module.path, folder) and not _hides(module, folder)
    ]
    if not usable:
        return module.folder
    heads = module.packages - _FRAMEWORKS
    texts = {
        node.value
        for node in module.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and 2 < len(node.value) < 200
    }
    wanted = list(preferred)

    def merit(folder: str) -> tuple[int, int, int, int]:
        prefix = folder + "/" if folder else ""
        inside = [path[len(prefix) :] for path in tree.paths if path.startswith(prefix)]
        tops = {path.partition("/")[0].removesuffix(".py") for path in inside if path.endswith(".py")}
        known = set(inside)
        files = sum(text.removeprefix("./") in known or _is_above(tree, folder, text) for text in texts)
        return len(heads & tops), files, folder in wanted, -usable.index(folder)

    return max(usable, key=merit)


def _is_above(tree: Tree, folder: str, text: str) -> bool:
    """Whether "../data/x.csv", seen from a folder, is of the repository: the file, or at least the folder it is in."""
    if not text.startswith("../"):
        return False
    path = posixpath.normpath(posixpath.join(folder, text))
    head, inside, _ = path.partition("/")
    return head != ".." and (path in tree or (bool(inside) and any(one.startswith(f"{head}/") for one in tree.paths)))


def _hides(module: Module, folder: str) -> bool:
    """Whether the file's dotted name begins with the framework that it imports: the folder `fastapi` is not FastAPI."""
    head, _, rest = dotted(module.path, folder).partition(".")
    return bool(rest) and head in _FRAMEWORKS & module.packages


def import_roots(tree: Tree, module: Module, folder: str) -> list[str]:
    """Other folders (src layouts) that must be on the path because the module imports what lies in them."""
    heads = module.packages - _FRAMEWORKS
    roots = []
    for path in tree.paths:
        for root in ("src", "lib", "backend", f"{folder}/src" if folder else "src"):
            if path.endswith(".py") and path.startswith(root + "/") and root != folder and root not in roots:
                head = path[len(root) + 1 :].partition("/")[0].removesuffix(".py")
                here = f"{folder}/{head}" if folder else head
                if head in heads and f"{here}.py" not in tree and f"{here}/__init__.py" not in tree:
                    roots.append(root)
    return roots
