"""Whether what each command of a README names is in the repository."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from typing import Any

from sandbox.hygiene.written import written
from sandbox.tree import Tree

COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
SERVERS = frozenset({"uvicorn", "gunicorn", "hypercorn"})
# module:object, and neither an address nor a volume.
OBJECT = re.compile(r"([A-Za-z_][\w.]*):[A-Za-z_][\w.]*(?:\(.*\))?$")
SCRIPTS = frozenset({"npm", "pnpm", "yarn", "bun"})
# Words of a package manager that are no script of the project's.
OWN_WORDS = frozenset(
    [
        "add",
        "audit",
        "cache",
        "ci",
        "config",
        "create",
        "dedupe",
        "dlx",
        "env",
        "exec",
        "global",
        "i",
        "init",
        "install",
        "link",
        "list",
        "outdated",
        "pack",
        "publish",
        "remove",
        "run",
        "set",
        "start",
        "store",
        "test",
        "up",
        "update",
        "upgrade",
        "version",
        "why",
        "workspace",
        "workspaces",
        "x",
    ]
)
# A name that the reader is meant to put in.
BLANK = re.compile(r"[<>{}\[\]$*]|\byour|path/to|://|\.\.\.")
MOST = 40


def found(tree: Tree, text: str) -> list[dict[str, Any]]:
    """[{"command", "missing": what is not there, "" when all is}], in the order of the text; `cd` is followed."""
    rows: list[dict[str, Any]] = []
    folder = ""
    for command in written(text):
        if len(rows) >= MOST:
            break
        words = _words(command)
        if words and words[0] == "cd":
            folder = _entered(tree, folder, words)
            continue
        rows.append({"command": command[:200], "missing": _missing(tree, folder, words)})
    return rows


def _words(command: str) -> list[str]:
    command = re.sub(r"\\(?=\w)", "/", command)  # a path of Windows
    try:
        return shlex.split(command, comments=True)
    except ValueError:
        return command.split()


def _entered(tree: Tree, folder: str, words: list[str]) -> str:
    """The folder after a `cd`, from where we are or in a new terminal; one that is not there is the clone's own."""
    name = words[1] if len(words) > 1 else ""
    for base in (folder, ""):
        place = posixpath.normpath(posixpath.join(base, name))
        if place == "." or any(path.startswith(f"{place}/") for path in tree.paths):
            return "" if place == "." else place
    return folder


def _missing(tree: Tree, folder: str, words: list[str]) -> str:
    """What is neither in the folder nor at the root, where a new terminal begins; "" when nothing is missing."""
    program, rest = (words[0], words[1:]) if words else ("", [])
    if program in ("uv", "poetry", "pipenv") and rest[:1] == ["run"] and len(rest) > 1:
        program, rest = rest[1], rest[2:]
    installs = program.startswith("pip") or "pip" in rest
    named = [rest[at + 1] for at, word in enumerate(rest[:-1]) if installs and word in ("-r", "--requirement")]
    if program.startswith("python"):
        named += [word for word in rest[:1] if word.endswith(".py")]
    if program == "streamlit" and rest[:1] == ["run"]:
        named += rest[1:2]
    for name in named:
        places = {posixpath.normpath(posixpath.join(base, name)) for base in (folder, "")}
        if not BLANK.search(name) and not any(place in tree for place in places):
            return name
    found = [_missing_target(tree.below(base), program, rest) for base in dict.fromkeys((folder, ""))]
    return found[0] if all(found) else ""


def _missing_target(here: Tree, program: str, rest: list[str]) -> str:
    """A compose file, a target of make, a script of package.json or a module that is not there."""
    if (program == "docker-compose" or (program == "docker" and rest[:1] == ["compose"])) and not _says(rest, "file"):
        return "" if any(name in here for name in COMPOSE) else "a compose file"
    if program == "docker" and rest[:1] == ["build"] and not _says(rest, "file"):
        return "" if any(path.rpartition("/")[2] == "Dockerfile" for path in here.paths) else "Dockerfile"
    if program == "make" and rest and re.fullmatch(r"[\w.-]*\w", rest[0]) and not rest[0].startswith("-"):
        return "" if _makes(here, rest[0]) else f"make {rest[0]}"
    if program in SCRIPTS:
        runs = rest[:1] == ["run"]
        script = rest[1] if runs and len(rest) > 1 else rest[0] if rest and program != "npm" else ""
        known = not script or script.startswith("-") or BLANK.search(script) or (not runs and script in OWN_WORDS)
        return "" if known or _is_script(here, program, script) else f"the script {script}"
    if program in SERVERS and not any(word.startswith(("--app-dir", "--chdir", "--pythonpath")) for word in rest):
        return _missing_module(here, rest)
    return ""


def _says(words: list[str], option: str) -> bool:
    return any(word == f"-{option[0]}" or word.startswith(f"--{option}") for word in words)


def _makes(here: Tree, target: str) -> bool:
    """A rule of that name, alone or with others; what a makefile includes is not read."""
    makefile = here.read("Makefile") or here.read("makefile") or here.read("GNUmakefile")
    alone = rf"^(?:[^\s:#=]+[ \t]+)*{re.escape(target)}(?:[ \t]+[^\s:#=]+)*[ \t]*::?(?!=)"
    rule = alone + r"|^-?include\s|^[^\s:#=%]{0,100}%[^:\n]{0,100}:"
    return re.search(rule, makefile, re.MULTILINE) is not None


def _is_script(here: Tree, program: str, script: str) -> bool:
    """bun, pnpm and yarn also start installed programs and, bun alone, files."""
    package = here.read("package.json") or "{}"
    return script in _table(package, "scripts") or (program != "npm" and (script in here or f'"{script}"' in package))


def _table(package: str, name: str) -> frozenset[str]:
    try:
        table = json.loads(package).get(name, {})
    except (ValueError, AttributeError, RecursionError):
        return frozenset()
    return frozenset(table) if isinstance(table, dict) else frozenset()


def _missing_module(here: Tree, rest: list[str]) -> str:
    named = next((found[1] for word in rest if (found := OBJECT.match(word))), "")
    module = named.replace(".", "/")
    places = (f"{module}.py", f"{module}/__init__.py", f"src/{module}.py", f"src/{module}/__init__.py")
    return "" if not module or any(place in here for place in places) else f"the module {named}"
