"""A team's own Dockerfile, used as it is: the one at the root, else the one below that makes the web application."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.buildpacks import Buildpack, Passed
from sandbox.launch.stage import last_stage
from sandbox.launch.teamfile import SERVES, context_of, plan_from
from sandbox.plan import Plan
from sandbox.sourcetext.misspelt import misspelt, told
from sandbox.tree import Tree

VERSION = 1
_ROOT_NAMES = ("Dockerfile", "dockerfile", "DockerFile", "Containerfile")
_NAME = re.compile(r"^(?:dockerfile|containerfile)(?:[._-][\w-]+)?$|^[\w-]+\.dockerfile$", re.IGNORECASE)
_NOT_A_PRODUCT = re.compile(
    r"(?:^|[/._-])(?:dev|devcontainer|test|tests|ci|base|gpu|cuda|train|training|load_?test|locust|e2e|lint|docs?"
    r"|examples?|release|node_modules|venv|site-packages|prometheus|grafana|nginx|db|postgres|mysql|worker|cron)(?=[/._-]|$)",
    re.IGNORECASE,
)
_PRODUCT_FOLDERS = ("api", "backend", "server", "app", "service", "src")
_PAGES_FOLDERS = ("frontend", "ui", "client", "web", "dashboard")


def detect(tree: Tree) -> Plan | None:
    """The plan of the Dockerfile that most likely makes the product, None when there is no suitable one.

    Passed when the only one is misspelt, so that nobody finds it.
    """
    root = next((name for name in _ROOT_NAMES if name in tree), "")
    others = _below(tree)
    path = root or (others[0] if others else "")
    if not path:
        if found := misspelt(tree, "", "Dockerfile"):
            raise Passed(told(found, "Dockerfile"))
        return None
    context = "" if root else context_of(tree, path)
    plan = plan_from(tree, path, context=context, version=VERSION)
    if root:
        return plan
    why = [f"Its build context is {context or 'the root of the repository'}, where the files that it copies are."]
    if len(others) > 1:
        why.append(f"Passed over: {', '.join(others[1:4])}.")
    return replace(plan, why=(plan.why[0], *why, *plan.why[1:]))


def _below(tree: Tree) -> list[str]:
    """Dockerfiles that may make the product, likeliest first."""
    found = [
        path
        for path in tree.paths
        if _NAME.match(path.rpartition("/")[2])
        and not path.endswith(".dockerignore")
        and not _NOT_A_PRODUCT.search(path)
        and not _is_a_tool(tree.read(path))
    ]

    def merit(path: str) -> tuple[int, int, str]:
        stage = last_stage(tree.read(path))
        serves = bool(stage.exposed) + 2 * bool(SERVES.search(f"{stage.entrypoint.text} {stage.cmd.text}"))
        words = set(re.split(r"[/._-]", path.lower()))
        side = bool(words & set(_PRODUCT_FOLDERS)) - 2 * bool(words & set(_PAGES_FOLDERS))
        return -(serves + side), path.count("/"), path

    return sorted(found, key=merit)


def _is_a_tool(text: str) -> bool:
    """Another image with packages added to it: none of the repository's files is in it."""
    stage = last_stage(text)
    return bool(stage.base) and not stage.copied


SAMPLE = {
    "Dockerfile": (
        'FROM python:3.12-slim\nWORKDIR /app\nCOPY main.py .\nUSER 10001\nEXPOSE 8000\nCMD ["python", "main.py"]\n'
    ),
    "main.py": (
        "from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer\n\n\n"
        "class Handler(BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        self.send_response(200 if self.path == '/health' else 404)\n"
        "        self.end_headers()\n"
        "        self.wfile.write(b'ok')\n\n\n"
        "ThreadingHTTPServer(('0.0.0.0', 8000), Handler).serve_forever()\n"
    ),
}

BUILDPACK = Buildpack(id="dockerfile", version=VERSION, rank=10, detect=detect, sample=SAMPLE)
