"""Whether a version is among those that an OSV entry calls affected (OSV schema 1.7, "Evaluation")."""

from __future__ import annotations

import re
from typing import Any

from packaging.version import InvalidVersion, Version

_PARTS = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?")


def is_affected(ecosystem: str, version: str, affected: dict[str, Any]) -> bool:
    """A version that cannot be read is only affected where it is listed."""
    if version in affected.get("versions", ()):
        return True
    place = _order(ecosystem, version)
    if place is None:
        return False
    ranges = [one for one in affected.get("ranges", ()) if one.get("type") in ("SEMVER", "ECOSYSTEM")]
    return any(_within(ecosystem, place, one.get("events", ())) for one in ranges)


def _within(ecosystem: str, place: Any, events: Any) -> bool:
    """Events in the order of their versions, each switching on or off."""
    inside = False
    marks = [(kind, str(value)) for event in events for kind, value in event.items()]
    placed = [(_order(ecosystem, value) if value != "0" else None, kind) for kind, value in marks]
    for at, kind in sorted(placed, key=lambda one: (one[0] is not None, one[0] if one[0] is not None else 0)):
        if kind == "introduced" and (at is None or place >= at):
            inside = True
        elif at is not None and ((kind == "fixed" and place >= at) or (kind == "last_affected" and place > at)):
            inside = False
    return inside


def _order(ecosystem: str, version: str) -> Any:
    """Something that orders versions of one ecosystem, None for what is no version there."""
    if ecosystem == "PyPI":
        try:
            return Version(version)
        except InvalidVersion:
            return None
    found = _PARTS.fullmatch(version)
    if found is None:
        return None
    numbers = tuple(int(part) for part in found.groups()[:3])
    # A pre-release comes before its release; numeric parts before words (Semantic Versioning 2.0.0, section 11).
    parts = tuple((0, int(one), "") if one.isdigit() else (1, 0, one) for one in (found[4] or "").split(".") if one)
    return (numbers, 0 if found[4] else 1, parts)
