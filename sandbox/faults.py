"""Faults: what stopped an evaluation, and whose it is. A team's fault is a result; the host's is retried."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Owner = Literal["team", "host"]
MAX_DETAIL_LINES = 12
MAX_DETAIL_CHARACTERS = 500  # of each of them
MAX_LINE_CHARACTERS = 400
# C0 and C1 controls except newline and tab; what turns, hides or breaks a line without being seen (bidirectional
# marks and overrides, zero-width space, line separators, tag characters); halves of surrogate pairs.
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)
# A command to the terminal that never ends stops at its line: what follows is still the team's output.
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[@-Z\\-_])")


def printable(text: str) -> str:
    """Without terminal escapes and unprintable characters; lines and their length stay as they are."""
    return _UNPRINTABLE.sub("", _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def clean(text: str | bytes, *, lines: int | None = None, tail: bool = True) -> str:
    """Make a team's text safe to store and show: no terminal escapes, no controls, bounded lines.

    `lines` keeps that many lines, the last ones when `tail`. Bad UTF-8 is replaced, never raised on.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    kept = [line[:MAX_LINE_CHARACTERS] for line in printable(text).split("\n")]
    if lines is not None:
        kept = [line for line in kept if line.strip()]
        kept = kept[-lines:] if tail else kept[:lines]
    return "\n".join(kept)


def one_line(text: str) -> str:
    """The same for what has to stay on one line."""
    return " ".join(printable(text).split())[:MAX_LINE_CHARACTERS]


@dataclass(frozen=True)
class Fault:
    """The first thing that went wrong, in the form of the report (`docs/schemas/report-v1.json`).

    `detail` has at most 12 lines; `fix` is one sentence that a second-year student can carry out;
    `where` is "file:line" or None.
    """

    owner: Owner
    id: str
    stage: str
    title: str
    detail: str = ""
    fix: str = ""
    where: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Fault:
        return cls(**document)


class SandboxError(Exception):
    """Base of both kinds; carries everything of a Fault but the stage, which the pipeline knows."""

    owner: Owner

    def __init__(
        self, id: str, title: str, *, detail: str | bytes = "", fix: str = "", where: str | None = None
    ) -> None:
        super().__init__(f"{id}: {title}")
        self.id = id
        # Names of files, instructions and settings in these are the team's own.
        self.title, self.fix = one_line(title), one_line(fix)
        self.where = None if where is None else one_line(where)
        # What a probe had seen when it gave up; the pipeline keeps it.
        self.evidence: dict[str, Any] | None = None
        # What a diagnosis read out of the log ({"package": "requests"}), for a repair.
        self.facts: dict[str, str] = {}
        whole = clean(detail, lines=MAX_DETAIL_LINES)
        self.detail = "\n".join(line[:MAX_DETAIL_CHARACTERS] for line in whole.split("\n"))

    def fault(self, stage: str) -> Fault:
        return Fault(self.owner, self.id, stage, self.title, self.detail, self.fix, self.where)


class TeamFault(SandboxError):
    """The repository's own doing: ends the evaluation with a result."""

    owner: Owner = "team"

    def then(self, later: TeamFault) -> TeamFault:
        """This fault, which tells what stopped it once a repair of ours had taken this one out of the way."""
        if (later.id, later.title) != (self.id, self.title):
            self.fix = one_line(f"{self.fix} We repaired that to look further, and then: {later.title}. {later.fix}")
        return self


class HostFault(SandboxError):
    """Our machine's doing (engine gone, disk full, image not to be had): retried, never scored."""

    owner: Owner = "host"


class Cancelled(Exception):
    """A person asked to stop, or the lease is lost; everything started is removed and nothing is written."""


@dataclass
class Cancellation:
    """A flag that long steps look at; `check()` raises Cancelled once `cancel()` was called."""

    reason: str = ""
    _set: bool = field(default=False, repr=False)

    def cancel(self, reason: str = "cancelled") -> None:
        self.reason, self._set = reason, True

    @property
    def requested(self) -> bool:
        return self._set

    def check(self) -> None:
        if self._set:
            raise Cancelled(self.reason)
