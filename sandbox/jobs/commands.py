"""Commands as repositories write them, and the ones among them that a run in the sandbox can follow."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from sandbox.tree import Tree

_WRAPPERS = re.compile(
    r"^(?:(?:uv|poetry|pdm|pipenv|rye|hatch) run\s+|@|-(?=[a-z@])|\$\s+|!|time\s+|sudo\s+)+", re.IGNORECASE
)
_PYTHON = re.compile(
    r"^(?P<env>(?:[A-Z_]\w*=\S*\s+)*)(?:python3?|py|\$\(PYTHON\)|\$\{?PYTHON\}?)(?:\.\d+)?(?:\s+-u)?\s+"
    r"(?:-m\s+(?P<module>[A-Za-z_][\w.]*)|(?P<script>[\w./\\-]+\.py))(?:\s+(?P<rest>.*))?$"
)
_ASSIGNED = re.compile(r"^(?:@\s*)?((?:[A-Z_]\w*=\S*\s+)+)(.*)$", re.DOTALL)
# Files by whose names a step brings data from elsewhere.
FETCH = re.compile(r"download|fetch|scrap|crawl", re.IGNORECASE)
# A module of a tool, whose run says nothing of the team's pipeline.
TOOLS = frozenset(
    {"pip", "venv", "virtualenv", "pytest", "unittest", "black", "ruff", "flake8", "isort", "mypy"}
    | {"build", "twine", "ensurepip", "ipykernel", "jupyter", "notebook", "http", "pre_commit", "coverage"}
    | {"dvc", "pylint", "nltk", "spacy", "streamlit", "uvicorn", "gunicorn", "flask"}
)
_PLACEHOLDER = re.compile(r"[<>\[\]{}]|\.\.\.|…|/path/|path/to|\byour[_-]|\bYOUR_|\$")


@dataclass(frozen=True)
class Started:
    """A command that starts a file of the tree.

    text    the command itself, for `sh -c` in the folder that it was written for
    folder  that folder, when the file was found below it and not where the command says; else ""
    path    the file in the tree
    plain   the command without its arguments
    """

    text: str
    folder: str
    path: str
    plain: str


def unwrapped(command: str) -> str:
    """The command without what only a developer's machine needs in front of it; settings before it stay."""
    plain = _WRAPPERS.sub("", command.strip()).strip()
    if (settings := _ASSIGNED.match(plain)) is not None:
        return f"{settings[1]}{_WRAPPERS.sub('', settings[2])}".strip()
    return plain


def started(tree: Tree, command: str, base: str = "") -> Started | None:
    """The command as it can be run here, None when it starts no Python file of the tree; `base` is where it runs."""
    match = _PYTHON.match(unwrapped(command))
    if match is None:
        return None
    if match["module"]:
        module = str(match["module"])
        if module.partition(".")[0] in TOOLS:
            return None
        stem = module.replace(".", "/")
        found = _place(tree, base, f"{stem}.py") or _place(tree, base, f"{stem}/__main__.py")
        target = f"-m {module}"
    else:
        script = str(match["script"]).replace("\\", "/").removeprefix("./")
        if re.search(r"(?:^|/)(?:setup|manage)\.py$|\.\./|^/", script):
            return None
        found = _place(tree, base, script)
        target = shlex.quote(script)
    if found is None:
        return None
    folder, path = found
    settings = str(match["env"])
    root = f"{base}/src" if base else "src"
    if match["module"] and folder == root:
        # A package below src is run from where its data is, installed or with its folder on the path.
        folder, settings = base, settings if "PYTHONPATH=" in settings else f"PYTHONPATH=src {settings}"
    plain = f"{settings}python {target}"
    rest = (match["rest"] or "").strip()
    return Started(f"{plain} {rest}".strip(), folder, path, plain)


def without_placeholders(one: Started, tree: Tree) -> str:
    """Its text, or without the arguments when a person is to fill them in or when they are prose."""
    arguments = one.text[len(one.plain) :].strip()
    first = arguments.split()[0] if arguments.split() else ""
    spoken = first and not first.startswith("-") and "=" not in first and not first.isdigit() and first not in tree
    return one.plain if spoken or _PLACEHOLDER.search(arguments) else one.text


def _place(tree: Tree, base: str, path: str) -> tuple[str, str] | None:
    """(folder to run in, file): where the command says, else the one place below in which it would be right."""
    at = f"{base}/{path}" if base else path
    if at in tree:
        return base, at
    found = [one for one in tree.paths if one.endswith(f"/{path}")]
    return (found[0][: -len(path) - 1], found[0]) if found else None
