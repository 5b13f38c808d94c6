"""Streamlit's secrets: a file that a team keeps out of its repository, and that a run has to have all the same."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sandbox.launch.stage import last_stage
from sandbox.plan import Note, Plan
from sandbox.pysource.syntax import Module, modules
from sandbox.sourcetext.placeholders import PLACEHOLDER
from sandbox.tree import Tree

FILE = ".streamlit/secrets.toml"
SOURCE = ".assay/secrets.toml"
_SECRETS = "streamlit.secrets"
_KEY = re.compile(r"\w{1,60}")
_SECRET = re.compile(r"(?:KEY|SECRET|TOKEN|PASSWORD|SALT)$", re.IGNORECASE)
_DIRECTORY = re.compile(r"/[\w./-]{0,200}")


def secrets_of(parsed: Iterable[Module]) -> tuple[tuple[str, ...], ...]:
    """What is read, in order: ("GROQ_API_KEY",) of st.secrets["GROQ_API_KEY"], ("openai", "key") of two such steps."""
    found: dict[tuple[str, ...], None] = {}
    for module in parsed:
        inner = {id(node.value) for node in module.nodes if isinstance(node, ast.Subscript | ast.Attribute)}
        for node in module.nodes:
            if isinstance(node, ast.expr) and id(node) not in inner and (path := _path(node, module)):
                found[path] = None
    return tuple(found)


def _path(node: ast.expr, module: Module) -> tuple[str, ...]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        base, key = node.func.value, node.args[0]
    elif isinstance(node, ast.Subscript):
        base, key = node.value, node.slice
    elif isinstance(node, ast.Attribute) and node.attr not in ("get", "to_dict", "keys", "items", "values"):
        base, key = node.value, ast.Constant(node.attr)
    else:
        return ()
    name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
    if not _KEY.fullmatch(name):
        return ()
    if isinstance(base, ast.Attribute | ast.Name) and module.origin(base) == _SECRETS:
        return (name,)
    above = _path(base, module)
    return (*above, name) if len(above) == 1 else ()


def with_secrets(plan: Plan, tree: Tree) -> Plan:
    """The plan with that file in its image: what its variables have, else a placeholder for what is a secret.

    The same plan when nothing is read of it, or the file is there.
    """
    wanted = secrets_of(modules(tree))
    stage = last_stage(plan.dockerfile)
    folder = stage.workdir.rstrip("/")
    if not wanted or any(path.endswith(FILE) for path in tree.paths) or not _DIRECTORY.fullmatch(folder):
        return plan
    given = {path: value for path in wanted if (value := _known(path, plan.env))}
    guessed = {path: PLACEHOLDER for path in wanted if path not in given and _SECRET.search(path[-1])}
    if not given and not guessed:
        return plan
    why = (
        f"The code reads {', '.join('.'.join(path) for path in guessed)} of st.secrets, which has no file; "
        f"placeholders were given. Say in the README what belongs into {FILE}."
    )
    return replace(
        plan,
        dockerfile=f"{plan.dockerfile.rstrip()}\nCOPY {SOURCE} {folder}/{FILE}\n",
        files=plan.files | {SOURCE: _written(given | guessed)},
        repairs=(*plan.repairs, *([Note("environment_placeholder", why)] if guessed else [])),
    )


def _known(path: tuple[str, ...], env: Mapping[str, str]) -> str:
    """The variable of the same name: OPENAI_API_KEY of ("openai", "api_key")."""
    return env.get(path[-1]) or env.get("_".join(path).upper()) or ""


def _written(values: Mapping[tuple[str, ...], str]) -> str:
    """TOML: plain members first, then the tables."""
    lines = [f"{path[0]} = {json.dumps(value)}" for path, value in values.items() if len(path) == 1]
    for table in dict.fromkeys(path[0] for path in values if len(path) == 2):
        lines += ["", f"[{table}]"]
        lines += [f"{path[1]} = {json.dumps(value)}" for path, value in values.items() if path[0] == table and path[1:]]
    return "\n".join(lines) + "\n"
