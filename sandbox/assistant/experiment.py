"""The experiment of an application: which variant its users are told that they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sandbox.assistant.asking import Asker, at, is_good
from sandbox.assistant.marks import word

TOGETHER, TOTAL_S = 8, 40.0
SMALL, ARM_CHARACTERS = 2048, 60


@dataclass(frozen=True)
class Experiment:
    """`field` of an answer names the variant: of a GET of `path`, or of the route that asks where that is "".

    `override` is {"header"|"field": name}, by which a test may choose the variant; {} when there is none.
    """

    asker: Asker
    path: str
    field: str
    override: Mapping[str, str]

    @classmethod
    def of(cls, asker: Asker, field: str) -> Experiment:
        declared = (asker.target.plan.hints.get("ai") or {}).get("assignment") or {}
        return cls(asker, declared.get("path", ""), field, declared.get("override") or {})

    def arms(self, people: Sequence[str], wanted: str = "") -> list[str]:
        """The variant of each person, "" where there was no good answer; `wanted` is asked for by the override."""
        question = f"What can you do? ({word()})"
        requests = [self._request(question, person, wanted) for person in people]
        answers = self.asker.send(requests, together=TOGETHER, total_s=TOTAL_S, body_bytes=SMALL)
        return [
            str(at(answer["body"], self.field) or "")[:ARM_CHARACTERS] if is_good(answer) else "" for answer in answers
        ]

    def _request(self, question: str, person: str, wanted: str) -> dict[str, Any]:
        user = self.asker.route["user"]
        extra = {self.override["field"]: wanted} if wanted and "field" in self.override else {}
        each = self.asker.request(question, user=person, extra=extra)
        if self.path:
            said = {} if "header" in user else {user["field"]: person}
            each = {"method": "GET", "path": with_query(self.path, said | extra), "headers": each["headers"]}
        if wanted and "header" in self.override:
            each["headers"] = {**each["headers"], self.override["header"]: wanted}
        return each


def with_query(path: str, members: Mapping[str, str]) -> str:
    """A path with more parameters."""
    said = urlencode(members)
    return f"{path}{'&' if '?' in path else '?'}{said}" if said else path


def changed(before: Sequence[str], after: Sequence[str]) -> dict[str, int]:
    """{told, changed}: how many were told their variant both times, and how many of them another one."""
    pairs = [(one, two) for one, two in zip(before, after, strict=False) if one and two]
    return {"told": len(pairs), "changed": sum(one != two for one, two in pairs)}
