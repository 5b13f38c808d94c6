"""Alerts and faults: which alerts fire when all is well, and which when something is wrong.

Each fault is told as looks at the metrics page, a minute apart: of what stood there when all was well, then of what it
did. `for` is not waited for. An alert is concerned by a fault when it reads what tells of it: series of errors or of
drift that moved by the fault, and not nearly as much before.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.exposition import Exposition, Key
from sandbox.monitoring.promql import syntax
from sandbox.monitoring.promql.evaluating import Look, Unsupported, evaluate, matches
from sandbox.monitoring.promql.nodes import Node, selectors
from sandbox.monitoring.rules import query
from sandbox.monitoring.scrapes import ERROR_NAME, ERROR_STATUS
from sandbox.prediction.signals import DRIFT

APART_S = 60.0
TIMES = 3.0


@dataclass
class Watched:
    """One alert. `calm` and `fired`: fired when all was well, and in which faults."""

    alert: dict[str, Any]
    node: Node | None
    why: str = ""
    calm: bool = False
    fired: list[str] = field(default_factory=list)
    concerned: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """{name, where, evaluated, why, calm, fired, concerned}"""
        seen = {"name": self.alert["name"], "where": self.alert["where"], "evaluated": self.node is not None}
        return seen | {"why": self.why, "calm": self.calm, "fired": self.fired, "concerned": self.concerned}


def watched(rules: Mapping[str, Any]) -> list[Watched]:
    """The alerts of `rules_of` that can be read."""
    found = []
    for alert in rules.get("alerts") or ():
        try:
            found.append(Watched(alert, query(alert["expr"], rules.get("recorded"))))
        except syntax.Unreadable as error:
            found.append(Watched(alert, None, str(error)))
    return found


def looks_of(pages: Sequence[Exposition | None]) -> list[Look]:
    return [Look(number * APART_S, None if page is None else page.samples) for number, page in enumerate(pages)]


def try_fault(
    alerts: Sequence[Watched], name: str, calm: Sequence[Exposition], fault: Sequence[Exposition | None]
) -> None:
    """Notes which alerts fire at the end of the calm looks, at the end of the fault's, and which it concerns."""
    before, after = looks_of(calm), looks_of([*calm, *fault])
    for one in alerts:
        if one.node is None:
            continue
        try:
            one.calm = one.calm or bool(_series(one.node, before))
            if _series(one.node, after):
                one.fired.append(name)
            if _concerns(one.node, before, after):
                one.concerned.append(name)
        except (Unsupported, ArithmeticError) as error:
            one.node, one.why = None, str(error)[:100]


def fired(rules: Mapping[str, Any], calm: Sequence[Exposition], fault: Sequence[Exposition]) -> list[str]:
    """The names of the alerts that fire in a fault, and did not before."""
    alerts = watched(rules)
    try_fault(alerts, "it", calm, fault)
    return [one.alert["name"] for one in alerts if one.fired and not one.calm]


def _series(node: Node, looks: Sequence[Look]) -> int:
    value = evaluate(node, looks)
    if isinstance(value, float):
        raise Unsupported("a number, which Prometheus takes for no alert")
    return len(value)


def _concerns(node: Node, before: Sequence[Look], after: Sequence[Look]) -> bool:
    """Whether a selector of it takes what tells of this fault: up, a series of drift or of errors, and nothing else
    that moves by itself."""
    if after[-1].samples is None:
        return any(matches(selector, ("up", ())) for selector in selectors(node))
    first, middle, last = before[0].samples or {}, before[-1].samples or {}, after[-1].samples
    for selector in selectors(node):
        taken = [key for key in {*middle, *last} if matches(selector, key)]
        by_itself = math.fsum(_step(first, middle, key) for key in taken)
        moved = [key for key in taken if _tells(key) and _step(middle, last, key) > 0]
        if math.fsum(_step(middle, last, key) for key in moved) > TIMES * by_itself:
            return True
    return False


def _tells(key: Key) -> bool:
    name, labels = key
    failed = any(ERROR_STATUS.fullmatch(value) for _, value in labels)
    return failed or bool(ERROR_NAME.search(name) or DRIFT.search(name))


def _step(before: Mapping[Key, float], after: Mapping[Key, float], key: Key) -> float:
    return abs(after.get(key, 0.0) - before.get(key, 0.0))
