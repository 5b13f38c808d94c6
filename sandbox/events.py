"""Events: what a running evaluation says of itself, for a progress bar, a live page or nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sandbox.faults import clean

Kind = Literal["stage", "progress", "log", "note"]


@dataclass(frozen=True)
class Event:
    """One line of news.

    kind     "stage": `text` is the outcome ("started", "done", "failed", "skipped", "reused") of `stage`
             "progress": `text` says what happens now ("load 40 %"), `fraction` 0..1 of the stage or None
             "log": one line of the team's own output, `source` says whose ("build", "app", ...)
             "note": one line of ours worth reading (a substitution, a repair, a refusal)
    text     cleaned here, whoever made it: our own sentences name files and instructions of the team
    """

    stage: str
    kind: Kind
    text: str
    fraction: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text).replace("\n", " "))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


Sink = Callable[[Event], None]


def nobody(_event: Event) -> None:
    """The sink for callers that do not listen."""
