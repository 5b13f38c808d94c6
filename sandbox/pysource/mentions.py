"""What the repository itself says about starting it: commands in its README, Makefile, scripts, CI and Procfile."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.sourcetext.procfile import processes
from sandbox.tree import Tree

MAX_TEXT = 64 * 1024
_DOCUMENTS = re.compile(
    r"(?:^|/)(?:readme[^/]*|makefile|justfile|procfile|install[^/]*\.md|usage[^/]*\.md|render\.yaml|heroku\.yml"
    r"|railway\.(?:toml|json)|nixpacks\.toml|[^/]*\.sh|(?:docker-)?compose[^/]*\.ya?ml|dockerfile[^/]*"
    r"|\.github/workflows/[^/]*\.ya?ml)$",
    re.IGNORECASE,
)
_MODULE = re.compile(r"\b(?:uvicorn|gunicorn|hypercorn|daphne)\b[^\n`|&;]{0,200}?\s([A-Za-z_][\w./]*):([A-Za-z_]\w*)")
_FILE = re.compile(
    r"(?:\bpython3?(?:\.\d+)?|\bpy|\bstreamlit run|\bgradio|\bfastapi (?:run|dev)|--app|FLASK_APP=|set FLASK_APP=)"
    r"[ \t]+?\"?(?:\./)?([A-Za-z_][\w./\\-]*?(?:\.py)?)\"?(?=[\s`:;&|]|$)",
    re.MULTILINE,
)
_FLASK_APP = re.compile(r"FLASK_APP[ \t]*[=:][ \t]*\"?([\w./]+)")


@dataclass(frozen=True)
class Mention:
    """A start command's target: `path` is a suffix of a Python file's path, `document` says where it is written."""

    path: str
    document: str
    dotted: bool = False


def _text(tree: Tree, document: str) -> str:
    """What a document says; of a Procfile its commands."""
    if document.rpartition("/")[2].lower() == "procfile":
        return "\n".join(processes(tree, document).values())
    return tree.read(document, MAX_TEXT)


def mentions(tree: Tree) -> tuple[Mention, ...]:
    """Every target of a start command that the repository spells out, documents nearest to the root first."""
    found: dict[str, Mention] = {}
    for document in [path for path in tree.paths if _DOCUMENTS.search(path)][:40]:
        text = _text(tree, document)
        for match in _MODULE.finditer(text):
            path = match[1].replace(".", "/") + ".py"
            found.setdefault(path, Mention(path, document, dotted=True))
        for pattern in (_FILE, _FLASK_APP):
            for match in pattern.finditer(text):
                target = match[1].replace("\\", "/")
                path = target if target.endswith(".py") else target.replace(".", "/") + ".py"
                found.setdefault(path, Mention(path, document))
    return tuple(found.values())
