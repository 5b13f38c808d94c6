"""The paths of Qdrant's REST interface that this server knows, each with what answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Body = dict[str, Any]
Answer = Callable[..., Any]
_ROUTES: list[tuple[str, re.Pattern[str], Answer]] = []


class Refused(Exception):
    """An answer of 4xx with Qdrant's `status.error`."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def route(method: str, path: str) -> Callable[[Answer], Answer]:
    """Register a function of (body, asked=the query's values, **parts of the path) for a path like "/a/{name}"."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "/?")

    def register(function: Answer) -> Answer:
        _ROUTES.append((method, pattern, function))
        return function

    return register


def find(method: str, path: str) -> tuple[Answer, Mapping[str, str]]:
    """The function of a path and the path's parts; Refused when there is none."""
    known = False
    for other, pattern, function in _ROUTES:
        if matched := pattern.fullmatch(path):
            if other == method:
                return function, matched.groupdict()
            known = True
    raise Refused(405 if known else 404, f"This stand-in for Qdrant has no {method} {path}")
