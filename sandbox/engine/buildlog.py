"""Reading the classic builder's stream: the log, the step that runs, the containers it ran in, how it ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.engine import OnLine
from sandbox.engine.capture import Ends, Lines, Pace

_STEP = re.compile(r"Step (\d+)/(\d+) : (.{0,2000})", re.DOTALL)
_RUNNING = re.compile(r" ---> Running in ([0-9a-f]{12,64})\n")
_EXIT = re.compile(r"returned a non-zero code: (\d+)")
PARSE_ERRORS = ("dockerfile parse error", "unknown instruction", "failed to parse", "the dockerfile (")
LINES_PER_S = 200


class BuildLog:
    """Feed it the builder's messages. `containers` are only claims: a RUN step can print the same words."""

    def __init__(self, kept_bytes: int, on_line: OnLine | None) -> None:
        self.step = ""
        self.error = ""
        self.image = ""
        self.bytes = 0
        self.containers: list[str] = []
        self._number = 0
        self._ends = Ends(kept_bytes)
        self._lines = Lines()
        self._pace = Pace(on_line, LINES_PER_S) if on_line is not None else None

    def feed(self, message: Mapping[str, Any]) -> None:
        said = message.get("stream")
        if isinstance(said, str):
            self._place(said)
            self._add(said)
        elif "error" in message:
            self.error = str(message["error"])
            self._add(self.error + "\n")
        elif isinstance(message.get("aux"), dict):
            self.image = str(message["aux"].get("ID") or self.image)

    def note(self, text: str) -> None:
        """A line of ours among the builder's."""
        self._add(f"# {text}\n")

    def end(self) -> None:
        if self._pace is not None:
            for line in self._lines.end():
                self._pace.say(line)
            self._pace.flush()

    @property
    def exit_code(self) -> int | None:
        """The exit status of the step that failed, when it was a command."""
        found = _EXIT.search(self.error)
        return int(found[1]) if found else None

    @property
    def is_parse_error(self) -> bool:
        return any(words in self.error.lower() for words in PARSE_ERRORS)

    def text(self) -> str:
        """Head and tail of the log, cleaned."""
        return self._ends.text()

    def _place(self, said: str) -> None:
        if (step := _STEP.match(said)) and int(step[1]) == self._number + 1:
            self._number += 1
            self.step = said.strip()
        elif (running := _RUNNING.fullmatch(said)) and running[1] not in self.containers:
            self.containers.append(running[1])

    def _add(self, said: str) -> None:
        data = said.encode("utf-8", "replace")
        self.bytes += len(data)
        self._ends.add(data)
        if self._pace is not None:
            for line in self._lines.feed(data):
                self._pace.say(line)
