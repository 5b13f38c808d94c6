"""`.dockerignore` rules: which paths stay out of a build context. No regular expressions, so no pattern can spin.

The last rule that matches decides, "!" takes a path back, "**" stands for any number of folders, and a rule that
matches a folder holds for everything below it (docs.docker.com, "dockerignore file").
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

MAX_RULES = 1_000
MAX_CHARACTERS = 1_024
# All rules together: what a path costs grows with these, and a build looks at its deadline once a path.
MAX_WILDCARDS = 1_000


@dataclass(frozen=True)
class Rule:
    """One pattern as an automaton. State i: the first i tokens are matched; ~i: token i, a "**", is within a name."""

    negated: bool
    tokens: tuple[Token, ...]
    suffix: str

    def matches(self, path: str) -> bool:
        """Whether it matches the whole path. Time: the path's length times a constant number of word operations."""
        if not path.endswith(self.suffix):
            return False
        states = self._skip({0})
        for character in path:
            following: set[int] = set()
            for state in states:
                place = ~state if state < 0 else state
                if place < len(self.tokens):
                    following.update(self.tokens[place].step(place, character))
            if not following:
                return False
            states = self._skip(following)
        return len(self.tokens) in states

    def _skip(self, states: set[int]) -> set[int]:
        """The states, and those that tokens which match nothing lead on to."""
        reached = set(states)
        for state in range(len(self.tokens)):
            if state in reached and self.tokens[state].may_be_empty:
                reached.add(state + 1)
        return reached


@dataclass(frozen=True)
class Token:
    """One part of a pattern: a set of characters, "*" (within a folder) or "**" (over folders)."""

    kind: str  # "one", "star", "deep"
    characters: frozenset[str] | None = None  # None is any but "/"
    inverted: bool = False

    @property
    def may_be_empty(self) -> bool:
        return self.kind != "one"

    def step(self, place: int, character: str) -> Iterable[int]:
        """States after this character."""
        if self.kind == "deep":  # it eats whole folders: it is left only behind a "/"
            return (~place, place + 1) if character == "/" else (~place,)
        if character == "/" and not (self.characters and "/" in self.characters):
            return ()
        if self.kind == "star":
            return (place,)
        hit = self.characters is None or (character in self.characters) != self.inverted
        return (place + 1,) if hit else ()


class Ignore:
    """The rules of one file. `verdict` takes the bits that a path's folder had, and returns the path's own."""

    def __init__(self, text: str) -> None:
        self.notes: list[str] = []
        self.rules: list[Rule] = []
        self._wildcards = 0
        for line in text.lstrip("\ufeff").splitlines():
            self._add(line)
        self.takes_back = any(rule.negated for rule in self.rules)

    def bits(self, path: str, inherited: int = 0) -> int:
        """Bit i is set when rule i matches the path or a folder above it."""
        for number, rule in enumerate(self.rules):
            if not inherited >> number & 1 and rule.matches(path):
                inherited |= 1 << number
        return inherited

    def leaves_out(self, bits: int) -> bool:
        """What the last of the matching rules says."""
        return bits > 0 and not self.rules[bits.bit_length() - 1].negated

    def ignores(self, path: str) -> bool:
        """The same for one path from the root, with its folders."""
        bits, parts = 0, path.split("/")
        for depth in range(1, len(parts) + 1):
            bits = self.bits("/".join(parts[:depth]), bits)
        return self.leaves_out(bits)

    def _add(self, line: str) -> None:
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            return
        negated = pattern.startswith("!")
        pattern = posixpath.normpath("/" + pattern.removeprefix("!").strip()).lstrip("/")
        if not pattern:  # "/", "." and "!": the root itself is always in the context
            return
        tokens = _tokens(pattern[:MAX_CHARACTERS])
        wildcards = self._wildcards + sum(token.may_be_empty for token in tokens)
        if len(pattern) > MAX_CHARACTERS or len(self.rules) >= MAX_RULES or wildcards > MAX_WILDCARDS:
            self.notes.append(f".dockerignore: a rule was passed over: {pattern[:60]!r}")
            return
        self._wildcards = wildcards
        self.rules.append(Rule(negated, tokens, _suffix(tokens)))


def _tokens(pattern: str) -> tuple[Token, ...]:
    tokens: list[Token] = []
    place = 0
    while place < len(pattern):
        character = pattern[place]
        if pattern.startswith("**", place):
            while place < len(pattern) and pattern[place] == "*":
                place += 1
            if place == len(pattern):  # at the end it stands for everything that is left
                tokens += [Token("deep"), Token("star")]
            else:
                place += pattern[place] == "/"
                tokens.append(Token("deep"))
            continue
        place += 1
        if character == "*":
            tokens.append(Token("star"))
        elif character == "?":
            tokens.append(Token("one"))
        elif character == "[" and (end := _class_end(pattern, place)) > 0:
            tokens.append(_class(pattern[place:end]))
            place = end + 1
        else:
            if character == "\\" and place < len(pattern):
                character, place = pattern[place], place + 1
            tokens.append(Token("one", frozenset(character)))
    # Two of the same wildcard in a row match what one does, at twice the cost.
    pairs = zip([None, *tokens], tokens, strict=False)
    return tuple(token for before, token in pairs if before != token or not token.may_be_empty)


def _class_end(pattern: str, start: int) -> int:
    """Where the "]" of a class stands, 0 when there is none."""
    return max(0, pattern.find("]", start + 1))


def _class(inside: str) -> Token:
    inverted = inside[:1] in ("^", "!")
    inside = inside[inverted:]
    characters: set[str] = set()
    place = 0
    while place < len(inside):
        if inside[place + 1 : place + 2] == "-" and place + 2 < len(inside):
            first, last = ord(inside[place]), ord(inside[place + 2])
            characters.update(chr(code) for code in range(first, min(last, first + 0xFF) + 1))
            place += 3
        else:
            characters.add(inside[place])
            place += 1
    return Token("one", frozenset(characters - {"/"}), inverted)


def _suffix(tokens: tuple[Token, ...]) -> str:
    """Plain characters that every match ends with: most paths are told apart by these alone."""
    plain: list[str] = []
    for token in reversed(tokens):
        if token.kind != "one" or token.inverted or token.characters is None or len(token.characters) != 1:
            break
        plain.extend(token.characters)
    return "".join(reversed(plain))
