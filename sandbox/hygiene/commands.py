"""Commands that a README gives, and whether what each of them names is in the repository."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from typing import Any

from sandbox.tree import Tree

FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*\n(.*?)^[ \t]*(?:```|~~~)", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]{3,200})`")
STARTS = re.compile(
    r"^(?:docker(?:-compose)?|pip3?|python3?|uvicorn|gunicorn|hypercorn|flask|streamlit|npm|pnpm|yarn|make|uv|poetry|go|"
    r"cargo|java|node|cd|source|\./\S+)(?:\s|$)"
)
COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
SERVERS = frozenset({"uvicorn", "gunicorn", "hypercorn"})
SCRIPTS = frozenset({"npm", "pnpm", "yarn"})
# Words of a package manager that are no script of the project's.
OWN_WORDS = frozenset(
    ["install", "ci", "i", "add", "start", "test", "init", "exec", "dlx", "create", "global", "config", "run"]
)
MOST = 40


def found(tree: Tree, text: str) -> list[dict[str, Any]]:
    """[{"command", "missing": what is not there, "" when all is}], in the order of the text; `cd` is followed."""
    lines = [line for block in FENCE.findall(text) for line in block.splitlines()]
    lines = lines or [one for one in INLINE.findall(text) if STARTS.match(one)]
    rows: list[dict[str, Any]] = []
    folder = ""
    for line in lines:
        for command in re.split(r"\s*(?:&&|;)\s*", line.strip().removeprefix("$ ").strip()):
            if not STARTS.match(command) or len(rows) >= MOST:
                continue
            words = _words(command)
            if words and words[0] == "cd":
                folder = _entered(tree, folder, words)
                continue
            rows.append({"command": command[:200], "missing": _missing(tree, folder, words)})
    return rows


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command, comments=True)
    except ValueError:
        return command.split()


def _entered(tree: Tree, folder: str, words: list[str]) -> str:
    """The folder after a `cd`; one that is not there is the clone's own."""
    place = posixpath.normpath(posixpath.join(folder, words[1])) if len(words) > 1 else ""
    return place if any(path.startswith(f"{place}/") for path in tree.paths) else folder


def _missing(tree: Tree, folder: str, words: list[str]) -> str:
    here = tree.below(folder)
    program, rest = (words[0], words[1:]) if words else ("", [])
    if program in ("uv", "poetry") and rest[:1] == ["run"] and len(rest) > 1:
        program, rest = rest[1], rest[2:]
    named = [rest[at + 1] for at, word in enumerate(rest[:-1]) if word in ("-r", "--requirement")]
    if program.startswith("python"):
        named += [word for word in rest[:1] if word.endswith(".py")]
    if program == "streamlit" and rest[:1] == ["run"]:
        named += rest[1:2]
    for name in named:
        if "<" not in name and posixpath.normpath(name) not in here:
            return name
    return _missing_target(here, program, rest)


def _missing_target(here: Tree, program: str, rest: list[str]) -> str:
    """A compose file, a target of make, a script of package.json or a module that is not there."""
    if (program == "docker-compose" or (program == "docker" and rest[:1] == ["compose"])) and "-f" not in rest:
        return "" if any(name in here for name in COMPOSE) else "a compose file"
    if program == "docker" and rest[:1] == ["build"] and not any(word in ("-f", "--file") for word in rest):
        return "" if any(path.rpartition("/")[2] == "Dockerfile" for path in here.paths) else "Dockerfile"
    if program == "make" and rest and not rest[0].startswith("-"):
        makefile = here.read("Makefile") or here.read("makefile")
        return "" if re.search(rf"^{re.escape(rest[0])}\s*:", makefile, re.MULTILINE) else f"make {rest[0]}"
    if program in SCRIPTS:
        script = rest[1] if rest[:1] == ["run"] and len(rest) > 1 else rest[0] if rest else ""
        known = script in OWN_WORDS or script.startswith("-") or not script
        return "" if known or script in _scripts(here) else f"the script {script}"
    target = next((word for word in rest if ":" in word and not word.startswith("-")), "") if program in SERVERS else ""
    module = target.partition(":")[0].replace(".", "/")
    if not module or any(path in (f"{module}.py", f"{module}/__init__.py", f"src/{module}.py") for path in here.paths):
        return ""
    return f"the module {target.partition(':')[0]}"


def _scripts(here: Tree) -> frozenset[str]:
    try:
        scripts = json.loads(here.read("package.json") or "{}").get("scripts", {})
    except (ValueError, AttributeError, RecursionError):
        return frozenset()
    return frozenset(scripts) if isinstance(scripts, dict) else frozenset()
