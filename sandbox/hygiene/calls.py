"""Calls in Python code that let an input become a command: eval, a shell, unsafe loaders, SQL made of text."""

from __future__ import annotations

import ast

from sandbox.pysource.syntax import Module, modules
from sandbox.tree import Tree

SHELLS = frozenset({"os.system", "os.popen", "subprocess.getoutput", "commands.getoutput"})
RUNNERS = frozenset({f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "Popen")})
LOADERS = frozenset({"pickle.loads", "dill.loads", "marshal.loads", "jsonpickle.decode"})
QUERIES = frozenset({"execute", "executemany", "executescript", "raw"})
# FullLoader makes no objects of the data's choice since PyYAML 5.4.
SAFE_YAML = frozenset({"SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader", "FullLoader", "CFullLoader"})
MOST = 20


def found(tree: Tree) -> list[dict[str, str]]:
    """[{"where": "file:line", "what"}] outside of tests, at most MOST."""
    rows = [
        {"where": f"{module.path}:{call.lineno}", "what": what}
        for module in modules(tree)
        if "test" not in module.path.lower()
        for call in module.calls
        if (what := _danger(module, call))
    ]
    return rows[:MOST]


def _danger(module: Module, call: ast.Call) -> str:
    """What is dangerous about a call, "" when nothing is recognised. A constant can hurt nobody."""
    name = module.origin(call.func)
    first = call.args[0] if call.args else None
    options = {one.arg: one.value for one in call.keywords}
    loader = options.get("Loader") or (call.args[1] if len(call.args) > 1 else None)
    asked = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    rules = (
        (name in ("eval", "exec") and _varies(first), f"{name} of what is not a constant"),
        (name in SHELLS and _varies(first), f"{name} with a command that is put together"),
        (
            name in RUNNERS and _is(options.get("shell"), True) and _varies(first),
            "a shell with a command that is put together",
        ),
        (name in LOADERS, f"{name}, which runs what the data says"),
        (name == "yaml.load" and not _is_safe(module, loader), "yaml.load with a loader that makes any object"),
        (asked in QUERIES and _is_pieced(first), "SQL put together from text"),
        (
            name.startswith(("requests.", "httpx.")) and _is(options.get("verify"), False),
            "TLS certificates are not verified",
        ),
    )
    return next((what for holds, what in rules if holds), "")


def _varies(node: ast.expr | None) -> bool:
    return node is not None and not isinstance(node, ast.Constant)


def _is_pieced(node: ast.expr | None) -> bool:
    """An f-string with a value in it, or text joined by % or + or format()."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        return _is_text(node.left) or _is_pieced(node.left)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _is_safe(module: Module, node: ast.expr | None) -> bool:
    """One of PyYAML's safe loaders, or a class of this file that is made of one."""
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    own = [one for one in module.nodes if isinstance(one, ast.ClassDef) and one.name == name]
    return name in SAFE_YAML or any(_is_safe(module, base) for one in own for base in one.bases if base is not node)
