"""The form of a diagnosis rule, and how a log is searched with a table of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from sandbox.faults import MAX_DETAIL_LINES, Owner, clean

Place = Literal["", "dockerfile", "requirement", "source"]
MAX_LOG = 512 * 1024
# Lines that every log has and that say nothing of an error.
_NOISE = re.compile(
    r"^(?:\s*-+> |Removing intermediate container|\s*$|Step \d+/\d+ |Sending build context|.*\[notice\]"
    r"|WARNING: Running pip as|\s*[━╸╺ ]{5,}|Successfully (?:built|tagged) |\s*\|?[\s~^-]{4,}$"
    r"|\s*(?:Get|Hit|Ign):\d+ |Selecting previously|Preparing to unpack|Unpacking |\(Reading database|Collecting "
    r"|\s*Downloading |\s*Using cached )"
)


@dataclass(frozen=True)
class Rule:
    """One recognisable error.

    pattern   searched in the cleaned log, multi-line; named groups fill `title` and `fix`
    place     where the fault lies: the failing line of the Dockerfile, the requirements line that names {package}, or
              {line} of the source file {file}
    owner     "host" when our machine is to blame
    within    the failing build step must match this, so that a program's own output cannot put the blame on us
    """

    id: str
    pattern: re.Pattern[str] = field(repr=False)
    title: str
    fix: str
    place: Place = ""
    owner: Owner = "team"
    within: re.Pattern[str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Match:
    """A rule that applies, with the text of its groups, ready to be shown."""

    rule: Rule
    groups: dict[str, str]
    at: int

    @property
    def title(self) -> str:
        return self.rule.title.format(**self.groups)

    @property
    def fix(self) -> str:
        return self.rule.fix.format(**self.groups)


def beyond_the_door(hosts: str) -> str:
    """The pattern of the line that the build's log has where one of these hosts (a pattern) was not to be had."""
    return rf"^# The way out of the build: (?P<host>{hosts}):\d+ (?:unreachable|refused)[^\n]{{0,60}}$"


def rule(
    id: str,
    patterns: tuple[str, ...],
    title: str,
    fix: str,
    *,
    place: Place = "",
    owner: Owner = "team",
    within: str = "",
) -> Rule:
    """A rule from texts; `patterns` are alternatives that must not be able to backtrack over more than a line.

    Alternatives may capture the same thing as {name}, {name2}, {name3}: it is {name} in the texts.
    """
    inside = re.compile(within, re.IGNORECASE) if within else None
    return Rule(id, re.compile("|".join(patterns), re.MULTILINE), title, fix, place, owner, inside)


def first_match(rules: Iterable[Rule], log: str, step: str = "") -> Match | None:
    """The first rule of the table that applies, at its last place in the log: the last error is what ended it."""
    for row in rules:
        if row.within is not None and not row.within.search(step):
            continue
        found = None
        for found in row.pattern.finditer(log):  # noqa: B007 - the last match is wanted, not the passing of all
            pass
        if found is not None:
            groups = dict.fromkeys((name.rstrip("0123456789") for name in found.groupdict()), "")
            for name, text in found.groupdict().items():
                if text:
                    groups[name.rstrip("0123456789")] = clean(text).strip()[:120]
            return Match(row, groups, found.start())
    return None


def useful_lines(log: str, at: int | None = None) -> str:
    """At most 12 lines worth reading: the last ones, or those around an offset when it lies before them."""
    start = 0 if at is None else log.rfind("\n", 0, at) + 1
    before = [line for line in log[:start].split("\n") if not _NOISE.match(line)]
    after = [line for line in log[start:].split("\n") if not _NOISE.match(line)]
    if at is None or len(after) <= MAX_DETAIL_LINES:
        return "\n".join([*before, *after][-MAX_DETAIL_LINES:])
    return "\n".join([*before[-4:], *after[: MAX_DETAIL_LINES - 4]][:MAX_DETAIL_LINES])


def readable(log: str) -> str:
    """The log, cleaned and bounded at its end."""
    return clean(log[-MAX_LOG:])
