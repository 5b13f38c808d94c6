"""Alert rules of a repository: the rule files of Prometheus and the PrometheusRule objects of Kubernetes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.manifest import reading
from sandbox.monitoring.promql import nodes, syntax
from sandbox.tree import Tree

MOST_FILES, MOST_READ, MOST_ALERTS, MOST_RECORDED = 10, 200, 60, 60
SHOWN_CHARACTERS = 200
_LOOKS_SO = re.compile(r"^\s*(?:-\s+)?(?:\{\s*)?[\"']?(?:alert|record)[\"']?\s*:", re.MULTILINE)
_GROUPS = re.compile(r"^\s*[\"']?groups[\"']?\s*:", re.MULTILINE)
_NAMED_SO = re.compile(r"alert|rule|prom|monitor", re.IGNORECASE)
_SEVERAL = re.compile(r"^---[ \t]*$", re.MULTILINE)
_LENGTH = re.compile(r"(?:\d+(?:ms|[smhdwy]))+|0")


def rules_of(tree: Tree) -> dict[str, Any]:
    """{files: [{path, alerts, problem}], alerts: [...], recorded: {name: query}}.

    An alert is {name, where, expr, names, for, severity, summary, problem}: `names` are the metrics that its query
    reads, behind those that the repository records itself; `problem` says why Prometheus would not take it, else "".
    """
    files: list[dict[str, Any]] = []
    alerts: list[dict[str, Any]] = []
    recorded: dict[str, str] = {}
    for path, text in _files(tree):
        before, problem = len(alerts), ""
        try:
            for rule, where in _rules(path, text):
                if "record" in rule and isinstance(rule.get("expr"), str) and len(recorded) < MOST_RECORDED:
                    recorded[str(rule["record"])[:SHOWN_CHARACTERS]] = rule["expr"][: syntax.MOST_CHARACTERS]
                elif "alert" in rule and len(alerts) < MOST_ALERTS:
                    alerts.append(_alert(rule, where))
        except reading.Unreadable as error:
            problem = f"line {error.line}: {error}"[:SHOWN_CHARACTERS]
        if problem or len(alerts) > before or recorded:
            files.append({"path": path, "alerts": len(alerts) - before, "problem": problem})
    for alert in alerts:
        alert["names"] = behind(alert["names"], recorded)
    return {"files": files, "alerts": alerts, "recorded": recorded}


def query(text: str, recorded: Mapping[str, str] | None = None) -> nodes.Node:
    """A query as read, with what the repository records put in its place; raises Unreadable."""
    return _inlined(syntax.parse(text), recorded or {}, 4)


def behind(names: list[str], recorded: Mapping[str, str]) -> list[str]:
    """The metrics that are read, where some of the names are recorded from others."""
    found: dict[str, None] = {}
    queue, seen = list(names), set[str]()
    while queue:
        name = queue.pop(0)
        if name in seen:
            continue
        seen.add(name)
        try:
            inner = nodes.names(syntax.parse(recorded[name])) if name in recorded else []
        except syntax.Unreadable:
            inner = []
        if name in recorded:
            queue += inner
        else:
            found[name] = None
    return list(found)


def _inlined(node: nodes.Node, recorded: Mapping[str, str], depth: int) -> nodes.Node:
    match node:
        case nodes.Selector(name=name, matchers=(), window="", moved=False) if name in recorded and depth:
            return _inlined(syntax.parse(recorded[name]), recorded, depth - 1)
        case nodes.Binary():
            left, right = (_inlined(side, recorded, depth) for side in (node.left, node.right))
            options = (node.returns_bool, node.labels, node.ignoring, node.many)
            return nodes.Binary(node.operator, left, right, *options)
        case nodes.Aggregate():
            inside = tuple(_inlined(one, recorded, depth) for one in node.arguments)
            return nodes.Aggregate(node.name, inside, node.labels, node.without)
        case nodes.Call():
            return nodes.Call(node.name, tuple(_inlined(one, recorded, depth) for one in node.arguments))
        case nodes.Negative():
            return nodes.Negative(_inlined(node.inner, recorded, depth))
        case _:
            return node


def _files(tree: Tree) -> Iterator[tuple[str, str]]:
    """YAML with groups of rules, likeliest names first."""
    paths = [path for path in tree.paths if path.lower().endswith((".yml", ".yaml", ".rules"))]
    found = 0
    for path in sorted(paths, key=lambda path: (not _NAMED_SO.search(path), path))[:MOST_READ]:
        text = tree.read(path, reading.MOST_BYTES + 1)
        if _GROUPS.search(text) and _LOOKS_SO.search(text):
            yield path, text
            found += 1
            if found == MOST_FILES:
                return


def _rules(path: str, text: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Each rule with the "file:line" of it."""
    first = 0
    for part in _SEVERAL.split(text):
        read = reading.read(part)
        document = read.value
        at: tuple[str, ...] = ("groups",)
        if isinstance(document, dict) and document.get("kind") == "PrometheusRule":
            document, at = document.get("spec"), ("spec", "groups")
        groups = document.get("groups") if isinstance(document, dict) else None
        for number, group in enumerate(groups if isinstance(groups, list) else ()):
            rules = group.get("rules") if isinstance(group, dict) else None
            for place, rule in enumerate(rules if isinstance(rules, list) else ()):
                if isinstance(rule, dict):
                    yield rule, f"{path}:{first + read.line((*at, number, 'rules', place))}"
        first += part.count("\n")


def _alert(rule: Mapping[str, Any], where: str) -> dict[str, Any]:
    expr = rule.get("expr")
    labels, notes = (
        value if isinstance(value, dict) else {} for value in (rule.get("labels"), rule.get("annotations"))
    )
    said = next((str(notes[name]) for name in ("summary", "description", "message", "title") if notes.get(name)), "")
    lasting = str(rule.get("for") or "")
    problem, names = "", list[str]()
    try:
        if not isinstance(expr, str):
            raise syntax.Unreadable("it has no expr")
        names = nodes.names(syntax.parse(expr))
        if lasting and not _LENGTH.fullmatch(lasting):
            problem = f"for: {lasting[:20]} is no length of time"
    except syntax.Unreadable as error:
        problem = str(error)
    return {
        "name": str(rule.get("alert") or "")[:SHOWN_CHARACTERS],
        "where": where,
        "expr": (expr if isinstance(expr, str) else "")[: syntax.MOST_CHARACTERS],
        "names": names,
        "for": lasting[:20],
        "severity": str(labels.get("severity") or labels.get("priority") or "")[:40],
        "summary": said[:SHOWN_CHARACTERS],
        "problem": problem[:SHOWN_CHARACTERS],
    }
