"""What a PromQL query says of a few looks at one service's metrics page: a documented part of the language.

Known are selectors (=, !=, =~, !~), arithmetic, comparisons, and/or/unless with on, ignoring, group_left and
group_right, sum, avg, min, max, count, group, topk, bottomk and the functions below. Everything else is Unsupported.
A window holds all looks; so many seconds lie between two of them as the looks say. `job`, `instance` and their like are
labels that Prometheus adds: a condition on one that the page does not have is kept.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sandbox.exposition import Key
from sandbox.monitoring.promql.functions import OF_ONE, OF_TWO, OF_VALUES, Labels, Points, Vector, nameless, quantiles
from sandbox.monitoring.promql.nodes import Aggregate, Binary, Call, Negative, Node, Number, Selector, Text

ADDED = frozenset(
    {
        "job",
        "instance",
        "namespace",
        "pod",
        "container",
        "service",
        "cluster",
        "env",
        "environment",
        "region",
        "app",
        "app_kubernetes_io_name",
    }
)
MOST_SERIES = 2_000
PATTERN_CHARACTERS = 200


class Unsupported(ValueError):
    """The query has something that is not known here."""


@dataclass(frozen=True)
class Look:
    """One scrape, `at` in seconds; `samples` is None of one that failed, as of a service that is gone."""

    at: float
    samples: Mapping[Key, float] | None


def evaluate(node: Node, looks: Sequence[Look]) -> Vector | float:
    """What it says at the last look; raises Unsupported."""
    value = _value(node, looks)
    if isinstance(value, str):
        raise Unsupported("a text is no answer")
    return value


def matches(selector: Selector, key: Key) -> bool:
    """Whether the selector takes a series of a page."""
    name, labels = key
    if selector.name and selector.name != name:
        return False
    own = dict(labels) | {"__name__": name}
    return all(_holds(own, *matcher) for matcher in selector.matchers)


def _holds(own: Mapping[str, str], label: str, sign: str, value: str) -> bool:
    if label not in own and label in ADDED:
        return True
    said = own.get(label, "")
    if sign in ("=", "!="):
        return (said == value) == (sign == "=")
    return bool(_pattern(value).fullmatch(said[:PATTERN_CHARACTERS])) == (sign == "=~")


# A team's pattern could take for ever: only plain ones are followed, on short texts.
_ENDLESS = re.compile(r"\)[*+{]|[*+}][*+{]|\\[1-9]|\(\?")
_REPEATS = re.compile(r"[*+{]")
MOST_REPEATS = 2


def _pattern(text: str) -> re.Pattern[str]:
    text = text.replace("\\\\", "\\")
    if len(text) > PATTERN_CHARACTERS or _ENDLESS.search(text) or len(_REPEATS.findall(text)) > MOST_REPEATS:
        raise Unsupported("a pattern that is not followed here")
    try:
        return re.compile(text)
    except re.error as error:
        raise Unsupported("a pattern that cannot be read") from error


def _value(node: Node, looks: Sequence[Look]) -> Vector | float | str:
    found: Vector | float | str
    match node:
        case Number(value=value):
            found = value
        case Text(value=text):
            found = text
        case Selector(window="", moved=False):
            found = {labels: points[-1][1] for labels, points in _points(node, looks[-1:]).items()}
        case Negative(inner=inner):
            found = _each(_numeric(inner, looks), operator.neg)
        case Binary():
            found = _binary(node, looks)
        case Aggregate():
            found = _aggregate(node, looks)
        case Call():
            found = _call(node, looks)
        case _:
            raise Unsupported("a query within a query, or another time than now")
    return found


def _points(node: Node, looks: Sequence[Look]) -> dict[Labels, Points]:
    """The values of every series that a selector takes, with their times; the name is a label of it."""
    if not isinstance(node, Selector) or node.moved:
        raise Unsupported("another time")
    found: dict[Labels, Points] = {}
    for look in looks:
        samples = {("up", ()): 0.0} if look.samples is None else {("up", ()): 1.0, **look.samples}
        for key, value in samples.items():
            if matches(node, key):
                found.setdefault((("__name__", key[0]), *key[1]), []).append((look.at, value))
        if len(found) > MOST_SERIES:
            raise Unsupported("too many series")
    return found


def _numeric(node: Node, looks: Sequence[Look]) -> Vector | float:
    value = _value(node, looks)
    if isinstance(value, str):
        raise Unsupported("a text where a number is needed")
    return value


def _vector(node: Node, looks: Sequence[Look]) -> Vector:
    value = _value(node, looks)
    if not isinstance(value, dict):
        raise Unsupported("a number where series are needed")
    return value


def _scalar(node: Node, looks: Sequence[Look]) -> float:
    value = _value(node, looks)
    if not isinstance(value, float):
        raise Unsupported("something else where a number is needed")
    return value


def _each(value: Vector | float, change: Callable[[float], float]) -> Vector | float:
    if isinstance(value, dict):
        return {nameless(labels): change(one) for labels, one in value.items()}
    return change(value)


def _power(a: float, b: float) -> float:
    try:
        value = a**b
    except (OverflowError, ZeroDivisionError):
        return math.inf
    return value if isinstance(value, float) else math.nan


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda a, b: a / b if b else math.nan if not a or math.isnan(a) else math.copysign(math.inf, a),
    "%": lambda a, b: math.fmod(a, b) if b and math.isfinite(a) else math.nan,
    "^": _power,
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def _binary(node: Binary, looks: Sequence[Look]) -> Vector | float:
    left, right = _numeric(node.left, looks), _numeric(node.right, looks)
    if node.operator in ("and", "or", "unless"):
        if not isinstance(left, dict) or not isinstance(right, dict):
            raise Unsupported("a set of numbers")
        return _of_sets(node, left, right)
    if isinstance(left, float) and isinstance(right, float):
        if node.operator in _COMPARISONS:
            return float(_COMPARISONS[node.operator](left, right))
        return _arithmetic(node)(left, right)
    found: Vector = {}
    for labels, a, b in _pairs(node, left, right):
        if node.operator not in _COMPARISONS:
            found[nameless(labels)] = _arithmetic(node)(a, b)
        elif node.returns_bool:
            found[nameless(labels)] = float(_COMPARISONS[node.operator](a, b))
        elif _COMPARISONS[node.operator](a, b):
            # What is compared keeps its value; of a number and series that is the series'.
            found[labels] = a if isinstance(left, dict) else b
    return found


def _arithmetic(node: Binary) -> Callable[[float, float], float]:
    if node.operator not in _ARITHMETIC:
        raise Unsupported(node.operator)
    return _ARITHMETIC[node.operator]


def _group(node: Binary, labels: Labels) -> Labels:
    """What a series of one side is matched by."""
    if node.labels is None:
        return nameless(labels)
    return tuple(pair for pair in nameless(labels) if (pair[0] in node.labels) != node.ignoring)


def _of_sets(node: Binary, left: Vector, right: Vector) -> Vector:
    there = {_group(node, labels) for labels in right}
    if node.operator == "or":
        own = {_group(node, labels) for labels in left}
        return left | {labels: value for labels, value in right.items() if _group(node, labels) not in own}
    kept = node.operator == "and"
    return {labels: value for labels, value in left.items() if (_group(node, labels) in there) == kept}


def _pairs(node: Binary, left: Vector | float, right: Vector | float) -> list[tuple[Labels, float, float]]:
    if not isinstance(left, dict):
        return [(labels, left, value) for labels, value in right.items()] if isinstance(right, dict) else []
    if not isinstance(right, dict):
        return [(labels, value, right) for labels, value in left.items()]
    many, one = (right, left) if node.many == "right" else (left, right)
    ones = {_group(node, labels): value for labels, value in one.items()}
    if len(ones) < len(one):
        raise Unsupported("several partners")
    met = [
        (labels, value, ones[_group(node, labels)]) for labels, value in many.items() if _group(node, labels) in ones
    ]
    return [(labels, b, a) for labels, a, b in met] if node.many == "right" else met


_AGGREGATES: dict[str, Callable[[list[float]], float]] = {
    "sum": math.fsum,
    "avg": lambda values: math.fsum(values) / len(values),
    "min": min,
    "max": max,
    "count": lambda values: float(len(values)),
    "group": lambda _: 1.0,
}


def _aggregate(node: Aggregate, looks: Sequence[Look]) -> Vector:
    vector = _vector(node.arguments[-1], looks) if node.arguments else {}
    if node.name in ("topk", "bottomk") and len(node.arguments) == 2:
        count = int(min(_scalar(node.arguments[0], looks), MOST_SERIES))
        ordered = sorted(vector, key=lambda labels: vector[labels], reverse=node.name == "topk")
        return {labels: vector[labels] for labels in ordered[: max(0, count)]}
    if node.name not in _AGGREGATES or len(node.arguments) != 1:
        raise Unsupported(node.name)
    groups: dict[Labels, list[float]] = {}
    for labels, value in vector.items():
        kept = tuple(pair for pair in nameless(labels) if (pair[0] in node.labels) != node.without)
        groups.setdefault(kept, []).append(value)
    return {labels: _AGGREGATES[node.name](values) for labels, values in groups.items()}


def _call(node: Call, looks: Sequence[Look]) -> Vector | float:
    name, arguments = node.name, node.arguments
    if name in OF_TWO or name in OF_ONE:
        least = 2 if name in OF_TWO else 1
        series = _points(arguments[-1], looks) if arguments else {}
        change = OF_TWO.get(name) or OF_ONE[name]
        return {nameless(labels): change(points) for labels, points in series.items() if len(points) >= least}
    if name in OF_VALUES and len(arguments) == 1:
        return _each(_numeric(arguments[0], looks), OF_VALUES[name])
    count, call = _CALLS.get(name, (-1, None))
    if call is None or len(arguments) < count:
        raise Unsupported(name)
    return call(arguments, looks)


def _absent(arguments: Sequence[Node], looks: Sequence[Look]) -> Vector:
    return {} if _vector(arguments[0], looks) else {(): 1.0}


def _absent_over_time(arguments: Sequence[Node], looks: Sequence[Look]) -> Vector:
    return {} if _points(arguments[0], looks) else {(): 1.0}


def _clamp_min(arguments: Sequence[Node], looks: Sequence[Look]) -> Vector | float:
    bound = _scalar(arguments[1], looks)
    return _each(_numeric(arguments[0], looks), lambda value: max(value, bound))


def _clamp_max(arguments: Sequence[Node], looks: Sequence[Look]) -> Vector | float:
    bound = _scalar(arguments[1], looks)
    return _each(_numeric(arguments[0], looks), lambda value: min(value, bound))


def _only(arguments: Sequence[Node], looks: Sequence[Look]) -> float:
    values = list(_vector(arguments[0], looks).values())
    return values[0] if len(values) == 1 else math.nan


def _as_it_is(arguments: Sequence[Node], looks: Sequence[Look]) -> Vector:
    """Its order and its labels do not decide whether there is something."""
    return _vector(arguments[0], looks)


# name -> how many arguments it has, and what it does with them
_CALLS: dict[str, tuple[int, Callable[[Sequence[Node], Sequence[Look]], Vector | float]]] = {
    "absent": (1, _absent),
    "absent_over_time": (1, _absent_over_time),
    "clamp_max": (2, _clamp_max),
    "clamp_min": (2, _clamp_min),
    "histogram_quantile": (2, lambda given, looks: quantiles(_scalar(given[0], looks), _vector(given[1], looks))),
    "label_join": (1, _as_it_is),
    "label_replace": (1, _as_it_is),
    "scalar": (1, _only),
    "sort": (1, _as_it_is),
    "sort_desc": (1, _as_it_is),
    "vector": (1, lambda given, looks: {(): _scalar(given[0], looks)}),
}
