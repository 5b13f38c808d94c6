"""Reading a PromQL query; https://prometheus.io/docs/prometheus/latest/querying/basics/ says what one looks like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sandbox.monitoring.promql.nodes import Aggregate, Binary, Call, Negative, Node, Number, Selector, Subquery, Text

MOST_CHARACTERS = 4_000
DEEPEST = 40
AGGREGATES = frozenset(
    {
        "sum",
        "avg",
        "min",
        "max",
        "count",
        "group",
        "stddev",
        "stdvar",
        "topk",
        "bottomk",
        "quantile",
        "count_values",
        "limitk",
        "limit_ratio",
    }
)
# From the loosest to the tightest; the last one binds from the right.
LEVELS = (
    ("or",),
    ("and", "unless"),
    ("==", "!=", "<=", ">=", "<", ">"),
    ("+", "-"),
    ("*", "/", "%", "atan2"),
    ("^",),
)
_TOKEN = re.compile(
    r"""\s+|\#[^\n]*
    |(?P<window>\[[^\]\[]*\])
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
    |(?P<duration>(?:\d+(?:ms|[smhdwy]))+(?![A-Za-z0-9_]))
    |(?P<number>(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|(?i:inf|nan))(?![A-Za-z0-9_:.]))
    |(?P<word>[A-Za-z_:][A-Za-z0-9_:]*)
    |(?P<sign>==|!=|<=|>=|=~|!~|[-+*/%^<>=(){},@])""",
    re.VERBOSE,
)
_WINDOW = re.compile(r"\[\s*(?:\d+(?:ms|[smhdwy]))+\s*(?P<step>:\s*(?:(?:\d+(?:ms|[smhdwy]))+)?\s*)?\]")


class Unreadable(ValueError):
    """The text is no query."""


def parse(text: str) -> Node:
    """The query; raises Unreadable with what is wrong, whatever the text."""
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(f"longer than {MOST_CHARACTERS} characters")
    reader = _Reader(list(_tokens(text)))
    node = reader.binary(0)
    reader.end()
    return node


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unreadable(f"{text[at : at + 12]!r} is not understood")
        at = match.end()
        if match.lastgroup:
            yield match.lastgroup, match[0]


class _Reader:
    """A descent through the tokens of one query."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def binary(self, level: int) -> Node:
        if level == len(LEVELS):
            return self._unary()
        left = self.binary(level + 1)
        while (operator := self._word()) in LEVELS[level]:
            self._at += 1
            options = self._matching()
            # Only powers are bound from the right.
            right = self.binary(level if operator == "^" else level + 1)
            left = Binary(operator, left, right, *options)
        return left

    def end(self) -> None:
        if self._at < len(self._tokens):
            raise Unreadable(f"{self._tokens[self._at][1][:20]!r} is one too many")

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _word(self) -> str:
        kind, text = self._peek()
        return text.lower() if kind == "word" else text if kind == "sign" else ""

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        if not token[0]:
            raise Unreadable("it ends too early")
        self._at += 1
        return token

    def _takes(self, text: str) -> bool:
        if self._word() != text:
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._takes(text):
            raise Unreadable(f"{text!r} is missing before {self._peek()[1][:20]!r}")

    def _matching(self) -> tuple[bool, tuple[str, ...] | None, bool, str]:
        """(bool, labels, ignoring, many) after an operator."""
        returns_bool = self._takes("bool")
        labels: tuple[str, ...] | None = None
        ignoring = self._word() == "ignoring"
        many = ""
        if self._takes("on") or self._takes("ignoring"):
            labels = self._labels()
            for side, word in (("left", "group_left"), ("right", "group_right")):
                if self._takes(word):
                    many = side
                    if self._word() == "(":
                        self._labels()
        return returns_bool, labels, ignoring, many

    def _labels(self) -> tuple[str, ...]:
        self._expect("(")
        found = []
        while not self._takes(")"):
            kind, text = self._next()
            if kind not in ("word", "text"):
                raise Unreadable(f"{text[:20]!r} is no label")
            found.append(text.strip("\"'`"))
            if not self._takes(","):
                self._expect(")")
                break
        return tuple(found)

    def _unary(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unreadable("too deep")
        sign = self._word()
        if sign in ("+", "-"):
            self._at += 1
            # -a^b is -(a^b).
            inner = self.binary(len(LEVELS) - 1)
            node: Node = Negative(inner) if sign == "-" else inner
        else:
            node = self._modified(self._plain())
        self._depth -= 1
        return node

    def _plain(self) -> Node:
        kind, text = self._next()
        if kind == "sign" and text == "(":
            node = self.binary(0)
            self._expect(")")
            return node
        if kind == "sign" and text == "{":
            self._at -= 1
            return Selector("", self._matchers())
        if kind == "number":
            return Number(float(int(text, 16)) if text[:2].lower() == "0x" else float(text))
        if kind == "text":
            return Text(text[1:-1])
        if kind == "word":
            return self._named(text)
        raise Unreadable(f"{text[:20]!r} stands where a value should")

    def _named(self, word: str) -> Node:
        aggregates = word.lower() in AGGREGATES
        if aggregates and self._word() in ("by", "without", "("):
            without, labels = self._grouping()
            arguments = self._arguments()
            if not labels and not without:
                without, labels = self._grouping()
            return Aggregate(word.lower(), arguments, labels, without)
        if self._word() == "(":
            return Call(word.lower(), self._arguments())
        return Selector(word, self._matchers() if self._word() == "{" else ())

    def _grouping(self) -> tuple[bool, tuple[str, ...]]:
        without = self._word() == "without"
        if self._takes("by") or self._takes("without"):
            return without, self._labels()
        return False, ()

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        found: list[Node] = []
        while not self._takes(")"):
            found.append(self.binary(0))
            if not self._takes(","):
                self._expect(")")
                break
        return tuple(found)

    def _matchers(self) -> tuple[tuple[str, str, str], ...]:
        self._expect("{")
        found = []
        while not self._takes("}"):
            kind, label = self._next()
            if kind not in ("word", "text"):
                raise Unreadable(f"{label[:20]!r} is no label")
            if kind == "text" and self._word() in (",", "}"):  # {"a.metric"}: its name in quotes
                found.append(("__name__", "=", label[1:-1]))
            else:
                operator = self._next()[1]
                kind, value = self._next()
                if operator not in ("=", "!=", "=~", "!~") or kind != "text":
                    raise Unreadable(f"{label[:20]}{operator[:2]} is no condition of a label")
                found.append((label.strip("\"'"), operator, value[1:-1]))
            if not self._takes(","):
                self._expect("}")
                break
        return tuple(found)

    def _modified(self, node: Node) -> Node:
        """With its window, its offset and its @."""
        while True:
            kind, text = self._peek()
            if kind == "window":
                self._at += 1
                match = _WINDOW.fullmatch(text)
                if match is None:
                    raise Unreadable(f"{text[:20]} is no length of time")
                if isinstance(node, Selector) and not match["step"]:
                    node = Selector(node.name, node.matchers, text, node.moved)
                else:
                    node = Subquery(node)
            elif self._takes("offset"):
                self._takes("-")
                if self._next()[0] != "duration":
                    raise Unreadable("an offset without a length of time")
                node = _moved(node)
            elif self._takes("@"):
                kind, text = self._next()
                if self._word() == "(":
                    self._arguments()
                node = _moved(node)
            else:
                return node


def _moved(node: Node) -> Node:
    return Selector(node.name, node.matchers, node.window, moved=True) if isinstance(node, Selector) else Subquery(node)
