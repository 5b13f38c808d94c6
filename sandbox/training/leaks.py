"""Leaks that can be read: what is fitted before the data is split, or fitted to the set that is to test it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.pysource.syntax import Module

MOST = 20
_SPLITS = re.compile(
    r"^(?:train_test_split|random_split|\w*KFold|\w*ShuffleSplit|TimeSeriesSplit|cross_val\w*|cross_validate"
    r"|GridSearchCV|RandomizedSearchCV|train_val_test_split|(?:make_|time_|temporal_|stratified_)?splits?|split_\w+)$"
)
# Splitting a text is no splitting of data.
_TEXT = re.compile(r"^(?:re|os|os\.path|str|shlex)\.")
_CLASSES = re.compile(
    r"(?:Scaler|Imputer|Vectorizer|PCA|SVD|KBest|Percentile|Encoder|Normalizer|Transformer|SMOTE\w*|OverSampler"
    r"|UnderSampler|RFE|RFECV|ADASYN)$"
)
# They only number the classes.
_HARMLESS = re.compile(r"Label(?:Encoder|Binarizer)$|MultiLabelBinarizer$")
_FITS = ("fit", "fit_transform", "fit_resample")
# Which rows, as people call it.
_CHOSEN = re.compile(r"idx|ind(?:ex|ices)|mask|perm", re.IGNORECASE)
_TRAINED_ON = re.compile(r"(?:^|_)train(?:ing)?(?:$|_)", re.IGNORECASE)
_HELD_OUT = re.compile(r"(?:^|_)(?:test|val|valid|validation|holdout)(?:$|_)", re.IGNORECASE)


def read(modules: Iterable[Module]) -> dict[str, Any]:
    """{splits: [{where, call, seeded}], before_split: [{where, call}], on_test: [{where, call}]}"""
    found: dict[str, list[dict[str, Any]]] = {"splits": [], "before_split": [], "on_test": []}
    for module in modules:
        for scope in _scopes(module.node):
            _read_scope(module, scope, found)
    return {name: rows[:MOST] for name, rows in found.items()}


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    yield tree
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _own(scope: ast.AST) -> Iterator[ast.AST]:
    """What runs in this scope itself, in its order."""
    for node in ast.iter_child_nodes(scope):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield node
            yield from _own(node)


def _read_scope(module: Module, scope: ast.AST, found: dict[str, list[dict[str, Any]]]) -> None:
    nodes = list(_own(scope))
    made = _made(module, nodes)
    calls = sorted(
        (node for node in nodes if isinstance(node, ast.Call)), key=lambda call: (call.lineno, call.col_offset)
    )
    splits = [call for call in calls if _is_split(module, call)]
    for call in splits:
        seeded = any(word.arg and re.search(r"seed|random_state|generator|rng", word.arg) for word in call.keywords)
        found["splits"].append(_row(module, call) | {"seeded": seeded})
    if not splits:
        found["splits"] += _by_hand(module, nodes)
    first = min((call.lineno for call in splits), default=0)
    for call in calls:
        kind = _fitted(module, call, made)
        if not kind:
            continue
        argument = ast.unparse(call.args[0])[:60] if call.args else ""
        if _HELD_OUT.search(argument.split("[")[0].rpartition(".")[2]):
            found["on_test"].append(_row(module, call))
        elif call.lineno < first and _CLASSES.search(kind) and not _HARMLESS.search(kind) and "train" not in argument:
            found["before_split"].append(_row(module, call))


def _by_hand(module: Module, nodes: list[ast.AST]) -> Iterator[dict[str, Any]]:
    """Rows dealt out by index, mask or sample: `x_train, x_test = x[:n], x[n:]`. Of the first pair of such names."""
    taken: dict[str, ast.expr] = {}
    for node in nodes:
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            values = node.value.elts if several and isinstance(node.value, ast.Tuple) else [node.value] * len(names)
            pairs = zip(names, values, strict=False)
            taken |= {name.id: value for name, value in pairs if isinstance(name, ast.Name) and _is_part(value)}
    trained = next((value for name, value in taken.items() if _TRAINED_ON.search(name)), None)
    if trained is not None and any(_HELD_OUT.search(name) for name in taken):
        seeded = re.search(r"seed|random_state", ast.unparse(trained)) is not None
        yield {"where": f"{module.path}:{trained.lineno}", "call": ast.unparse(trained)[:100], "seeded": seeded}


def _is_part(value: ast.expr) -> bool:
    """`rows[:n]`, `rows[mask]`, `rows[idx[:n]]`, or what `sample`, `query`, `head`, `tail`, `drop(x.index)` leave."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        of_rows = any(isinstance(one, ast.Attribute) and one.attr == "index" for one in value.args)
        return value.func.attr in ("sample", "query", "head", "tail") or (value.func.attr == "drop" and of_rows)
    return isinstance(value, ast.Subscript) and any(
        isinstance(one, ast.Slice | ast.Compare | ast.Invert)
        or (isinstance(one, ast.Name) and _CHOSEN.search(one.id) is not None)
        for one in ast.walk(value.slice)
    )


def _made(module: Module, nodes: list[ast.AST]) -> dict[str, str]:
    """Names of the scope and the classes that they were made of."""
    made: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    made[target.id] = module.origin(node.value.func).rpartition(".")[2]
    return made


def _is_split(module: Module, call: ast.Call) -> bool:
    origin = module.origin(call.func)
    name = origin.rpartition(".")[2]
    if not _SPLITS.match(name) or _TEXT.match(origin) or not (call.args or call.keywords):
        return False
    # "a,b".split(",") and line.split() are of texts.
    plain = name in ("split", "splits")
    return not (plain and (isinstance(call.func, ast.Attribute) or isinstance(call.args[:1], ast.Constant)))


def _fitted(module: Module, call: ast.Call, made: dict[str, str]) -> str:
    """The class that the call fits, "?" when it cannot be told, "" when it fits nothing."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in _FITS:
        return ""
    value = call.func.value
    if isinstance(value, ast.Name):
        return made.get(value.id, "?")
    if isinstance(value, ast.Call):
        return module.origin(value.func).rpartition(".")[2] or "?"
    return "?"


def _row(module: Module, call: ast.Call) -> dict[str, Any]:
    return {"where": f"{module.path}:{call.lineno}", "call": ast.unparse(call)[:100]}
