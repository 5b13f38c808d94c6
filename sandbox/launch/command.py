"""Command lines that a person wrote: put into a shell's hands, and what they start looked up in the tree."""

from __future__ import annotations

import posixpath
import re

from sandbox.tree import Tree

# Programs that serve an application, and the distribution that brings each.
SERVERS = {
    "gunicorn": "gunicorn",
    "uvicorn": "uvicorn",
    "hypercorn": "hypercorn",
    "daphne": "daphne",
    "waitress-serve": "waitress",
    "streamlit": "streamlit",
    "chainlit": "chainlit",
    "flask": "flask",
    "fastapi": "fastapi",
}
_SERVER = re.compile(rf"(?:^|[\s;&|])(?:python3? -m )?({'|'.join(SERVERS)})(?=\s)")
_MODULE = re.compile(r"(?<![\w./:-])([A-Za-z_][\w.]*):[A-Za-z_]\w*|(?<![\w./:-])([A-Za-z_][\w.]*\.(?:wsgi|asgi))\b")
_FILE = re.compile(r"(?:^|\s)([\w./-]+\.(?:py|sh|js|mjs|cjs|ts))\b(?!:)")
_FOLDER = re.compile(r"(?:^\s*cd\s+|--chdir[= ]\s*|--app-dir[= ]\s*|--pythonpath[= ]\s*)[\"']?([\w./-]+)")
_MANIFESTS = re.compile(
    r"^(?:[\w-]+/)?(?:requirements[\w./-]*\.(?:txt|in)|pyproject\.toml|pipfile|setup\.(?:py|cfg)|environment\.ya?ml)$",
    re.IGNORECASE,
)


def shell(text: str, folder: str = "") -> tuple[str, ...]:
    """The argument list that runs a command line, in the folder /app/`folder` when it is given ("." is /app).

    A single command takes the shell's place, so that signals reach it.
    """
    text = text.strip()
    words = re.match(r"(?P<set>(?:[A-Za-z_]\w*=\S*\s+)*)(?P<command>.*)", text, re.DOTALL)
    if words and not re.search(r"[;&|\n`]|\$\(", text) and not re.match(r"(?:exec|cd|source|\.)\s", words["command"]):
        text = f"{words['set']}exec {words['command']}"
    place = posixpath.normpath(f"/app/{folder}") if folder else ""
    return ("sh", "-c", f"cd '{place}' && {text}" if place else text)


def missing(tree: Tree, text: str) -> str:
    """What a command line starts and the tree does not have; "" when it is there, "?" when it names nothing known."""
    places = ["", *(posixpath.normpath(found) for found in _FOLDER.findall(text))]

    def there(path: str) -> bool:
        return any(posixpath.normpath(posixpath.join(place, path)) in tree for place in places)

    modules: list[str] = [first or second for first, second in _MODULE.findall(text)]
    for module in modules:
        path = module.replace(".", "/")
        if not there(f"{path}.py") and not there(f"{path}/__init__.py"):
            return module
    files: list[str] = _FILE.findall(text)
    if modules or any(there(file) for file in files):
        return ""
    return files[0] if files else "?"


def absent_server(tree: Tree, text: str, dockerfile: str) -> str:
    """The distribution of the server that a command line runs, when neither the tree's manifests nor the Dockerfile
    names it; "" when it is there, or when no server is known."""
    found = _SERVER.search(text)
    if found is None or names_package(tree, SERVERS[found[1]]):
        return ""
    wanted = SERVERS[found[1]]
    return "" if re.search(rf"(?<![\w-]){wanted}(?=\s*[\[<>=~!;'\" ]|$)", dockerfile, re.MULTILINE) else wanted


def names_package(tree: Tree, name: str) -> bool:
    """Whether a manifest of the tree names a distribution; packages that only come with others do not count."""
    brought = {"uvicorn": r"|fastapi\[(?:standard|all)\]|chainlit", "flask": r"|flask[_-]\w+"}.get(name, "")
    wanted = re.compile(rf"(?<![\w-])(?:{re.escape(name)}{brought})(?![\w-])", re.IGNORECASE)
    return any(wanted.search(tree.read(path, 200_000)) for path in tree.paths if _MANIFESTS.match(path))
