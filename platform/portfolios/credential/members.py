"""The vocabulary in which `shape.py` describes a document: exact values, text, times, objects and arrays."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
# C0 controls, DEL and lone surrogates: canonicalizers of two languages write them differently.
CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class ShapeError(ValueError):
    """The document is not of the profile; the message names the place (a JSON pointer) and the reason."""


Rule = Callable[[Any, str], None]


def refuse(where: str, why: str) -> ShapeError:
    return ShapeError(f"{where or '/'}: {why}")


def exactly(wanted: Any) -> Rule:
    def rule(value: Any, where: str) -> None:
        # Compared with their types: in Python True equals 1.
        if type(value) is not type(wanted) or value != wanted:
            raise refuse(where, f"must be {wanted!r}")

    return rule


def text(limit: int) -> Rule:
    def rule(value: Any, where: str) -> None:
        if not isinstance(value, str) or not value or len(value) > limit:
            raise refuse(where, f"must be text of 1 to {limit} characters")
        if CONTROL.search(value):
            raise refuse(where, "has a control character, which verifiers of different languages read differently")

    return rule


def matching(pattern: str, what: str) -> Rule:
    compiled = re.compile(pattern)

    def rule(value: Any, where: str) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise refuse(where, f"must be {what}")

    return rule


def time(value: Any, where: str) -> None:
    parse_time(value, where)


def parse_time(value: Any, where: str = "") -> datetime:
    """Give the aware time of a "2026-11-21T01:45:00Z"; ShapeError for any other spelling."""
    try:
        moment = datetime.strptime(value, TIME_FORMAT).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        raise refuse(where, "must be a time such as 2026-11-21T01:45:00Z") from None
    if moment.strftime(TIME_FORMAT) != value:
        raise refuse(where, "must be a time such as 2026-11-21T01:45:00Z")
    return moment


def record(required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
    known = {**required, **(optional or {})}

    def rule(value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise refuse(where, "must be an object")
        for unknown in sorted(value.keys() - known.keys()):
            raise refuse(f"{where}/{unknown[:80]!s}", "is a member that the profile does not have")
        for missing in sorted(required.keys() - value.keys()):
            raise refuse(f"{where}/{missing}", "is missing")
        for key, member in value.items():
            known[key](member, f"{where}/{key}")

    return rule


def array(item: Rule, least: int, most: int) -> Rule:
    def rule(value: Any, where: str) -> None:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise refuse(where, f"must be an array of {least} to {most}")
        for index, member in enumerate(value):
            item(member, f"{where}/{index}")

    return rule


def sequence(*items: Rule) -> Rule:
    def rule(value: Any, where: str) -> None:
        if not isinstance(value, list) or len(value) != len(items):
            raise refuse(where, f"must be an array of exactly {len(items)}")
        for index, (item, member) in enumerate(zip(items, value, strict=True)):
            item(member, f"{where}/{index}")

    return rule
