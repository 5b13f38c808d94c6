"""One source file whose comments are blanked, in the languages that write them as // and /* */."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """`path` is the repository's; `text` has its comments blanked and its line numbers kept."""

    path: str
    text: str

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    def line(self, at: int) -> int:
        """The 1-based line of an offset."""
        return self.text.count("\n", 0, at) + 1


def blanked(text: str, token: re.Pattern[str]) -> str:
    """The text with comments replaced by their line ends; `token` finds comments, and strings, which stay."""

    def keep(match: re.Match[str]) -> str:
        found = match[0]
        return found if found[0] in "\"'`" else "\n" * found.count("\n")

    return token.sub(keep, text)
