"""Plain pages that are committed as they are: an index.html and what lies beside it, served by nginx."""

from __future__ import annotations

import json
import re

from sandbox.buildpacks import Buildpack
from sandbox.launch.pages import PORT, ROOT, server_stage
from sandbox.plan import Plan
from sandbox.tree import Tree

VERSION = 1
# Folders in which pages usually lie, likeliest first.
_FOLDERS = (
    "",
    "public",
    "dist",
    "build",
    "docs",
    "site",
    "www",
    "html",
    "out",
    "_site",
    "src",
    "web",
    "frontend",
    "app",
)
_NOT_PAGES = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|templates?|tests?|htmlcov|coverage|javadoc|apidocs|venv|site-packages|vendor"
    r"|examples?|fixtures?|resources|assets|static|partials|components|layouts|_layouts|\.[^/]+)/",
    re.IGNORECASE,
)
# A template of a server, or the page of a builder whose sources a browser cannot read.
_NOT_PLAIN = re.compile(
    r"\{%|<\?php|<%[=@ ]|src\s*=\s*[\"'][./]*src/[^\"']+\.(?:[jt]sx|ts|vue|svelte)[\"']|%PUBLIC_URL%"
)
_PLAIN_PATH = re.compile(r"[\w./ @+-]*")


def detect(tree: Tree) -> Plan | None:
    """The plan for the folder of the likeliest front page, None when there is no page that works by itself."""
    path = _front_page(tree)
    if path is None:
        return None
    folder, _, name = path.rpartition("/")
    copy = "COPY " + json.dumps([folder or ".", ROOT], ensure_ascii=False)
    pages = sum(one.endswith((".html", ".htm")) for one in tree.paths if not folder or one.startswith(f"{folder}/"))
    return Plan(
        buildpack="static",
        version=VERSION,
        dockerfile="\n".join(server_stage((copy,), index="" if name == "index.html" else name)) + "\n",
        ports=(PORT,),
        runtime=f"Pages in {folder or 'the root'}, nginx",
        why=(
            f"{path} is a page that needs no program of its own to be served.",
            f"{path} is one of {pages} pages there, served by nginx."
            if pages > 1
            else "It is the only page, served by nginx.",
        ),
        hints={"framework": "static", "app": path, "routes": [{"method": "GET", "path": "/"}]},
    )


def _front_page(tree: Tree) -> str | None:
    """index.html of a usual folder, else the one nearest to the root, else the only page at the root."""
    pages = [
        path
        for path in tree.paths
        if path.endswith((".html", ".htm")) and not _NOT_PAGES.search(path) and _PLAIN_PATH.fullmatch(path)
    ]
    fronts = [path for path in pages if path.rpartition("/")[2] in ("index.html", "index.htm") and path.count("/") < 4]

    def merit(path: str) -> tuple[int, int, str]:
        folder = path.rpartition("/")[0]
        return path.count("/"), _FOLDERS.index(folder) if folder in _FOLDERS else len(_FOLDERS), path

    top = [path for path in pages if "/" not in path]
    chosen = next((path for path in sorted(fronts, key=merit) if _is_plain(tree, path)), None)
    if chosen is None and len(top) == 1 and _is_plain(tree, top[0]) and re.fullmatch(r"[\w.-]+", top[0]):
        return top[0]
    return chosen


def _is_plain(tree: Tree, path: str) -> bool:
    text = tree.read(path)
    return "<" in text and not _NOT_PLAIN.search(text)


SAMPLE = {
    "index.html": "<!DOCTYPE html>\n<title>Bikes</title>\n<link rel='stylesheet' href='style.css'>\n<h1>Bikes</h1>\n",
    "style.css": "body { font-family: sans-serif; }\n",
    "health": "ok\n",
}

BUILDPACK = Buildpack(id="static", version=VERSION, rank=90, detect=detect, sample=SAMPLE)
