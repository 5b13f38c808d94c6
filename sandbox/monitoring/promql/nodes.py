"""The parts of a PromQL query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    value: float


@dataclass(frozen=True)
class Text:
    value: str


@dataclass(frozen=True)
class Selector:
    """`matchers` are (label, operator, value); `window` is the text between brackets, "" of an instant.

    `moved` says that it reads another time than now: an offset, an @, or a subquery.
    """

    name: str
    matchers: tuple[tuple[str, str, str], ...] = ()
    window: str = ""
    moved: bool = False


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Aggregate:
    """`labels` are what it is grouped by, or with `without` what is left out."""

    name: str
    arguments: tuple[Node, ...]
    labels: tuple[str, ...] = ()
    without: bool = False


@dataclass(frozen=True)
class Binary:
    """`labels` are what both sides are matched on, None for all; `ignoring` turns that round; `many` is "left", "right"
    or "" for the side with several partners."""

    operator: str
    left: Node
    right: Node
    returns_bool: bool = False
    labels: tuple[str, ...] | None = None
    ignoring: bool = False
    many: str = ""


@dataclass(frozen=True)
class Negative:
    inner: Node


@dataclass(frozen=True)
class Subquery:
    inner: Node


Node = Number | Text | Selector | Call | Aggregate | Binary | Negative | Subquery


def selectors(node: Node) -> Iterator[Selector]:
    """Every selector of a query, in the order in which they stand there."""
    match node:
        case Selector():
            yield node
        case Call(arguments=inside) | Aggregate(arguments=inside):
            for one in inside:
                yield from selectors(one)
        case Binary(left=left, right=right):
            yield from selectors(left)
            yield from selectors(right)
        case Negative(inner=inner) | Subquery(inner=inner):
            yield from selectors(inner)
        case _:
            return


def names(node: Node) -> list[str]:
    """The metrics that a query names, each once."""
    found = (one.name or _by_label(one) for one in selectors(node))
    return list(dict.fromkeys(name for name in found if name))


def _by_label(selector: Selector) -> str:
    wanted = (value for label, operator, value in selector.matchers if (label, operator) == ("__name__", "="))
    return next(wanted, "")
