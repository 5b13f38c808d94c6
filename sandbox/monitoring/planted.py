"""Planted personal data: values that nobody else has, to be looked for where they must not turn up."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SECRET_NAMES = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|PASSWD", re.IGNORECASE)
# A shorter secret, or one that is a word, stands in a log for other reasons.
SECRET_CHARACTERS = 8
SHOWN_CHARACTERS = 200
HIDDEN = "•••"


@dataclass(frozen=True)
class Planted:
    """An e-mail address, a payment card's number and an access token of one evaluation."""

    address: str
    card: str
    token: str

    @classmethod
    def new(cls) -> Planted:
        number = secrets.randbelow(10**8)
        return cls(
            f"kim.{secrets.token_hex(5)}@example.org",
            f"4000{number:08d}{secrets.randbelow(10**4):04d}",
            secrets.token_hex(16),
        )

    @property
    def values(self) -> dict[str, str]:
        return {"address": self.address, "card": self.card, "token": self.token}

    @property
    def kinds(self) -> list[str]:
        return list(self.values)

    def into(self, body: str) -> str:
        """A JSON body whose texts are the address and the card's number, in turn."""
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            return body
        return json.dumps(self._filled(value, [0]))

    def _filled(self, value: Any, count: list[int]) -> Any:
        if isinstance(value, dict):
            return {name: self._filled(inside, count) for name, inside in value.items()}
        if isinstance(value, list):
            return [self._filled(inside, count) for inside in value]
        if not isinstance(value, str):
            return value
        count[0] += 1
        return self.address if count[0] % 2 else self.card

    def found(self, lines: Sequence[str]) -> list[tuple[str, str]]:
        """(what, the first line with it, the value itself hidden) of each that stands in the lines."""
        hits = ((what, next((line for line in lines if value in line), None)) for what, value in self.values.items())
        return [(what, self.hidden(line)[:SHOWN_CHARACTERS]) for what, line in hits if line is not None]

    def hidden(self, line: str) -> str:
        for value in self.values.values():
            line = line.replace(value, HIDDEN)
        return line


def secrets_of(env: Mapping[str, str]) -> dict[str, str]:
    """Settings whose name says that they are secret, as far as their value can be told from a word."""
    return {
        name: value
        for name, value in env.items()
        if SECRET_NAMES.search(name) and len(value) >= SECRET_CHARACTERS and not value.isalpha()
    }
