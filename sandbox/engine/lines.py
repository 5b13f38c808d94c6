"""One line of a policy: a place in the engine's description of a container, and what has to stand there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

SHOWN_CHARACTERS = 120


class _Missing:
    def __repr__(self) -> str:
        return "missing"


MISSING = _Missing()


@dataclass(frozen=True)
class Line:
    """`path` is dotted, as in "HostConfig.Memory".

    rule  "equal"    the value is sent, and has to be there
          "empty"    nothing is sent, and nothing may be there: null, false, 0, "" or an empty list
          "at most"  nothing is sent, and the names there (NAME, NAME=value, {"Name": NAME} or keys) are among `want`
    A description that lacks the place altogether differs: what cannot be seen cannot be trusted. Only of
          "absent"   the same as "empty", but engines leave the place out when nothing is there, or never had it
    """

    path: str
    rule: Literal["equal", "empty", "at most", "absent"]
    want: Any
    why: str

    def below(self, part: str) -> Line:
        return replace(self, path=f"{part}.{self.path}")

    def to_json(self) -> dict[str, Any]:
        want = list(self.want) if isinstance(self.want, tuple) else self.want
        return {"path": self.path, "rule": self.rule, "want": want, "why": self.why}

    def difference(self, inspected: Mapping[str, Any]) -> str:
        """A sentence when the description differs here, else ""."""
        found = self._find(inspected)
        if self.rule == "absent" if found is MISSING else self._holds(found):
            return ""
        wanted = {"equal": repr(self.want), "at most": f"at most {self.want!r}"}.get(self.rule, "nothing")
        return f"{self.path} is {_short(repr(found))}, not {_short(wanted)} ({self.why})"

    def _holds(self, found: Any) -> bool:
        if self.rule in ("empty", "absent"):
            return not found
        if self.rule == "at most":
            return {_name(item) for item in found or ()} <= set(self.want)
        return bool(_ordered(found) == _ordered(self.want))

    def _find(self, inspected: Mapping[str, Any]) -> Any:
        found: Any = inspected
        for part in self.path.split("."):
            if not isinstance(found, Mapping) or part not in found:
                return MISSING
            found = found[part]
        return found


def equal(path: str, want: Any, why: str) -> Line:
    return Line(path, "equal", want, why)


def empty(path: str, why: str) -> Line:
    return Line(path, "empty", None, why)


def absent(path: str, why: str) -> Line:
    return Line(path, "absent", None, why)


def at_most(path: str, want: Sequence[str], why: str) -> Line:
    return Line(path, "at most", tuple(want), why)


def nested(lines: Iterable[Line]) -> dict[str, Any]:
    """The document to send: what "equal" lines want, each at its path. "Config" is the top of such a document."""
    document: dict[str, Any] = {}
    for line in lines:
        if line.rule != "equal":
            continue
        *parents, name = line.path.removeprefix("Config.").split(".")
        place = document
        for parent in parents:
            place = place.setdefault(parent, {})
        place[name] = line.want
    return document


def _name(item: Any) -> str:
    return str(item.get("Name")) if isinstance(item, Mapping) else str(item).partition("=")[0]


def _ordered(value: Any) -> Any:
    """The value in a form in which the order of a list does not count; None and an empty list are the same."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        return {name: _ordered(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return sorted((_ordered(inner) for inner in value), key=repr)
    return value


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"
