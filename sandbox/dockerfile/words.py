"""Words of a Dockerfile instruction: quotes, flags and the expansion of `${VARIABLE}`, by the rules of the builder."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
MAX_EXPANDED = 4_096  # an ARG that doubles itself thirty times must not fill the memory
MAX_NESTING = 20


class BadWord(ValueError):
    """A word that the builder would refuse; the text says why."""


@dataclass(frozen=True)
class Flag:
    """`--name=value` before an instruction's arguments; `text` is as it was written."""

    name: str
    value: str
    text: str


def split(text: str, escape: str = "\\") -> list[str]:
    """Words by white space outside quotes, quotes and escapes kept as written."""
    words: list[str] = []
    word, quote, at = "", "", 0
    while at < len(text):
        character = text[at]
        if character == escape and quote != "'" and at + 1 < len(text):
            word += text[at : at + 2]
            at += 2
            continue
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in " \t":
            if word:
                words.append(word)
            word, at = "", at + 1
            continue
        word += character
        at += 1
    return [*words, word] if word else words


def take_flags(text: str, escape: str = "\\") -> tuple[list[Flag], str]:
    """The leading `--name=value` words, and the rest of the text as it was written."""
    flags: list[Flag] = []
    rest = text.strip(" \t")
    while rest.startswith("--"):
        word = split(rest, escape)[0]
        rest = rest[len(word) :].lstrip(" \t")
        if word == "--":
            break
        name, _, value = word[2:].partition("=")
        flags.append(Flag(name, unquote(value, escape), word))
    return flags, rest


def unquote(word: str, escape: str = "\\") -> str:
    """Without quotes and escapes, and with no expansion."""
    return _Expander(word, None, escape).run()


def expand(word: str, values: Mapping[str, str], escape: str = "\\") -> str:
    """Quotes removed and `$X`, `${X}`, `${X:-d}`, `${X-d}`, `${X:+d}`, `${X+d}`, `${X:?m}` replaced.

    An unknown name is empty. Raises BadWord for any other form, as the classic builder does.
    """
    return _Expander(word, values, escape).run()


class _Expander:
    """One pass over one word. `values` None leaves dollars alone."""

    def __init__(self, text: str, values: Mapping[str, str] | None, escape: str, nesting: int = 0) -> None:
        if nesting > MAX_NESTING:
            raise BadWord("variables are nested too deeply")
        self.text, self.values, self.escape, self.nesting, self.at = text, values, escape, nesting, 0

    def run(self) -> str:
        result, quote = "", ""
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == self.escape and quote != "'" and self.at + 1 < len(self.text):
                result += self._escaped(quote)
            elif quote and character == quote:
                quote, self.at = "", self.at + 1
            elif not quote and character in "'\"":
                quote, self.at = character, self.at + 1
            elif character == "$" and quote != "'" and self.values is not None:
                result += self._variable(self.values)
            else:
                result, self.at = result + character, self.at + 1
            if len(result) > MAX_EXPANDED:
                raise BadWord(f"it expands to more than {MAX_EXPANDED} characters")
        if quote:
            raise BadWord("a quote is not closed")
        return result

    def _escaped(self, quote: str) -> str:
        following = self.text[self.at + 1]
        self.at += 2
        # Inside double quotes only these three can be escaped; before others the escape character stays.
        return following if not quote or following in f'"${self.escape}' else self.escape + following

    def _variable(self, values: Mapping[str, str]) -> str:
        self.at += 1
        if self.text[self.at : self.at + 1] == "{":
            return self._braced(values)
        matched = _NAME.match(self.text, self.at)
        if matched is None:
            return "$"
        self.at = matched.end()
        return values.get(matched[0], "")

    def _braced(self, values: Mapping[str, str]) -> str:
        end = self._closing(self.at)
        inside, self.at = self.text[self.at + 1 : end], end + 1
        matched = _NAME.match(inside)
        if matched is None:
            raise BadWord("a name is missing in ${…}")
        name, form = matched[0], inside[matched.end() :]
        value = values.get(name, "")
        if not form:
            return value
        present = bool(value) if form[0] == ":" else name in values
        operator, word = form.lstrip(":")[:1], form.removeprefix(":")[1:]
        if form.startswith("::") or operator not in {"-", "+", "?"}:
            raise BadWord(f"${{{inside}}} is a form that the builder does not know")
        if operator == "?":
            if not present:
                raise BadWord(f"{name} is required and has no value")
            return value
        if (operator == "-") == present:
            return value if operator == "-" else ""
        return _Expander(word, values, self.escape, self.nesting + 1).run()

    def _closing(self, start: int) -> int:
        depth = 0
        for at in range(start, len(self.text)):
            depth += {"{": 1, "}": -1}.get(self.text[at], 0)
            if depth == 0:
                return at
        raise BadWord("a brace is not closed")
