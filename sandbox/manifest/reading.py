"""Reading YAML that a stranger wrote: bounded, without references and tags, every value with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

MOST_BYTES = 32 * 1024
DEEPEST = 8
MOST_PARTS = 2000
_WHOLE = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,14})")
_FRACTION = re.compile(r"[+-]?[0-9]{1,15}\.[0-9]{1,15}(?:[eE][+-]?[0-9]{1,2})?")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
Path = tuple[str | int, ...]


class Unreadable(Exception):
    """The text is no YAML that is taken here; `line` is 1-based, `fix` one sentence."""

    def __init__(self, text: str, line: int, fix: str) -> None:
        super().__init__(text)
        self.line, self.fix = line, fix


@dataclass(frozen=True)
class Read:
    """`value` is the document; `lines` has the 1-based line of each of its members by their path."""

    value: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Of the member, else of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(text: str, *, texts: frozenset[str] = frozenset()) -> Read:
    """The document of a text; Unreadable says what is wrong with it.

    Values below a top member named in `texts` stay as they are written: in `python: 3.10` the zero counts.
    """
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise Unreadable(f"the file is larger than {MOST_BYTES // 1024} KiB", 1, "Leave data out of it.")
    try:
        for _ in _checked(text):
            pass
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or "it cannot be read"
        fix = "Indent with spaces, put a space after each colon, and quote texts with : or # in them."
        raise Unreadable(f"this is not YAML: {problem}", mark.line + 1 if mark else 1, fix) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise Unreadable("this is not YAML: it has unprintable characters", 1, "Save it as UTF-8 text.") from None
    lines: dict[Path, int] = {}
    return Read(None if node is None else _value(node, (), lines, texts), lines)


def _checked(text: str) -> Iterator[None]:
    """Reads the text's events one by one, so that a bomb is met before it is built."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        line = event.start_mark.line + 1 if event.start_mark else 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise Unreadable(f"values lie more than {DEEPEST} deep", line, "Write it flatter.")
        if number > MOST_PARTS:
            raise Unreadable(f"there are more than {MOST_PARTS} values", line, "Leave data out of it.")
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(f"*{event.anchor} is a reference", line, "Write the value out instead.")
        if tag := getattr(event, "tag", None):
            raise Unreadable(f"{tag} is a type, and types are not read here", line, "Leave out what starts with !.")
        yield


def _value(node: yaml.Node, path: Path, lines: dict[Path, int], texts: frozenset[str]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, (*path, number), lines, texts) for number, one in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise Unreadable("a name is itself a list or a mapping", line, "Give each member a plain name.")
            name = str(key.value)
            if name in found:
                raise Unreadable(f"`{name}` is there twice", line, "Keep one of the two.")
            lines[(*path, name)] = line
            found[name] = _value(value, (*path, name), lines, texts)
        return found
    return _scalar(node, as_text=bool(path) and path[0] in texts)


def _scalar(node: yaml.Node, *, as_text: bool) -> Any:
    """Numbers and words as YAML 1.2 has them: `no` and `22:30` are texts."""
    text = str(node.value)
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Unreadable("half of a character is written here", node.start_mark.line + 1, "Write the character itself.")
    if getattr(node, "style", None) is not None or (as_text and text.lower() not in ("null", "~", "")):
        return text
    if text.lower() in _WORDS:
        return "" if as_text else _WORDS[text.lower()]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _FRACTION.fullmatch(text) else text
