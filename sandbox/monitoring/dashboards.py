"""Grafana dashboards of a repository: their panels, and the metrics that their queries read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.monitoring.promql import nodes, syntax
from sandbox.monitoring.rules import behind
from sandbox.tree import Tree

MOST_FILES, MOST_READ, MOST_QUERIES, READ_BYTES = 6, 200, 80, 512 * 1024
SHOWN_CHARACTERS = 200
_DEEP = 4
_LOOKS_SO = re.compile(r"\"(?:panels|rows)\"\s*:")
_NAMED_SO = re.compile(r"dash|grafana|panel|monitor", re.IGNORECASE)
_IN_WINDOW = re.compile(r"\[\s*(?:\$\{?\w+(?::\w+)?\}?|\[\[\w+\]\])\s*(:[^\]]*)?\]")
_VARIABLE = re.compile(r"\$\{\w+(?:[.:][\w.]+)?\}|\$\w+|\[\[\w+\]\]")
VARIABLE = "assay_variable"


def dashboards_of(tree: Tree, recorded: Mapping[str, str]) -> list[dict[str, Any]]:
    """[{path, title, panels, queries: [{panel, expr, names, problem}]}]; only queries of Prometheus are read."""
    found: list[dict[str, Any]] = []
    paths = [path for path in tree.paths if path.lower().endswith(".json")]
    for path in sorted(paths, key=lambda path: (not _NAMED_SO.search(path), path))[:MOST_READ]:
        if len(found) == MOST_FILES:
            break
        text = tree.read(path, READ_BYTES)
        if not _LOOKS_SO.search(text):
            continue
        board = _board(text)
        if board is not None:
            panels = list(_panels(board, 0))
            queries = [_query(panel, target, recorded) for panel in panels for target in _targets(panel)]
            title = str(board.get("title") or "")[:SHOWN_CHARACTERS]
            found.append({"path": path, "title": title, "panels": len(panels), "queries": queries[:MOST_QUERIES]})
    return [one for one in found if one["panels"]]


def _board(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict) and isinstance(value.get("dashboard"), dict):
        value = value["dashboard"]
    return value if isinstance(value, dict) and ("panels" in value or "rows" in value) else None


def _panels(value: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """What shows something: panels, those of rows too, the rows themselves not."""
    for name in ("panels", "rows"):
        inside = value.get(name)
        for one in inside if isinstance(inside, list) and depth < _DEEP else ():
            if isinstance(one, dict):
                if one.get("type") not in (None, "row"):
                    yield one
                yield from _panels(one, depth + 1)


def _targets(panel: Mapping[str, Any]) -> Iterator[str]:
    """The texts of its queries, without those that are told to be for another data source than Prometheus."""
    targets = panel.get("targets")
    for one in targets if isinstance(targets, list) else ():
        if isinstance(one, dict) and isinstance(one.get("expr"), str) and one["expr"].strip():
            source = one.get("datasource") or panel.get("datasource")
            kind = str(source.get("type") or "prometheus") if isinstance(source, dict) else "prometheus"
            if kind == "prometheus":
                yield one["expr"]


def _query(panel: Mapping[str, Any], text: str, recorded: Mapping[str, str]) -> dict[str, Any]:
    problem, names = "", list[str]()
    try:
        names = nodes.names(syntax.parse(_VARIABLE.sub(VARIABLE, _IN_WINDOW.sub(r"[5m\1]", text))))
    except syntax.Unreadable as error:
        problem = str(error)
    return {
        "panel": str(panel.get("title") or "")[:SHOWN_CHARACTERS],
        "expr": text[:SHOWN_CHARACTERS],
        # A name that a variable chooses could be any.
        "names": [name for name in behind(names, recorded) if VARIABLE not in name],
        "problem": problem[:SHOWN_CHARACTERS],
    }
