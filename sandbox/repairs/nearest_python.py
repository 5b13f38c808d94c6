"""Pinned packages that do not run on the chosen Python: the newest one that existed when the code was written."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from sandbox.plan import Plan
from sandbox.pysource.version import KNOWN, of_its_time
from sandbox.repairs import Broken, Repair

_FROM = re.compile(r"^FROM python:(\d\.\d+)(?=[.-])", re.MULTILINE)


def mend(broken: Broken) -> tuple[Plan, str] | None:
    found = _FROM.search(broken.plan.dockerfile)
    # A team's own FROM is its decision, and the fault says what is wrong with it.
    if found is None or broken.plan.buildpack != "python":
        return None
    chosen = _fitting(broken.fault.facts.get("want", "")) or _of_its_time(broken.source, found[1])
    if chosen in (None, found[1]):
        return None
    text = _FROM.sub(f"FROM python:{chosen}", broken.plan.dockerfile)
    runtime = broken.plan.runtime.replace(f"Python {found[1]}", f"Python {chosen}")
    why = f"Python {chosen} was used instead of {found[1]}. Say which Python the project needs in .python-version."
    return replace(broken.plan, dockerfile=text, runtime=runtime), why


def _fitting(want: str) -> str | None:
    """The newest known Python that a package's own words allow."""
    try:
        allowed = SpecifierSet(want) if want else None
    except InvalidSpecifier:
        return None
    fitting = [one for one in KNOWN if allowed is not None and Version(f"{one}.9") in allowed]
    return fitting[-1] if fitting else None


def _of_its_time(source: dict[str, object], used: str) -> str | None:
    """The newest Python of the commit's date; one older when that is the one in use."""
    try:
        chosen = of_its_time(date.fromisoformat(str(source.get("committed_at"))[:10]))
    except ValueError:
        return None
    if chosen != used:
        return chosen
    older = KNOWN.index(chosen) - 1
    return KNOWN[older] if older >= 0 else None


REPAIR = Repair(
    "nearest_python", 30, frozenset({"python_too_old_or_new", "dependency_not_found", "wheel_build_failed"}), mend
)
