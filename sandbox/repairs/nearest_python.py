"""Pinned packages that do not run on the chosen Python: the newest one that existed when the code was written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from sandbox.plan import Plan
from sandbox.pysource.image import python_of, with_python
from sandbox.pysource.version import KNOWN, of_its_time
from sandbox.repairs import Broken, Repair


def mend(broken: Broken) -> tuple[Plan, str] | None:
    used = python_of(broken.plan.dockerfile)
    # A team's own FROM is its decision, and the fault says what is wrong with it.
    if not used or broken.plan.buildpack not in ("python", "job"):
        return None
    chosen = _fitting(broken.fault.facts.get("want", "")) or _of_its_time(broken.source, used)
    if chosen in (None, used) or (broken.fault.id == "compiler_missing" and not _is_older(broken.source, used)):
        return None
    text = with_python(broken.plan.dockerfile, chosen)
    runtime = broken.plan.runtime.replace(f"Python {used}", f"Python {chosen}")
    why = f"Python {chosen} was used instead of {used}. Say which Python the project needs in .python-version."
    return replace(broken.plan, dockerfile=text, runtime=runtime), why


def _fitting(want: str) -> str | None:
    """The newest known Python that a package's own words allow."""
    try:
        allowed = SpecifierSet(want) if want else None
    except InvalidSpecifier:
        return None
    fitting = [one for one in KNOWN if allowed is not None and Version(f"{one}.9") in allowed]
    return fitting[-1] if fitting else None


def _is_older(source: dict[str, object], used: str) -> bool:
    """Whether a commit is from before that Python had wheels: an older one has those that would be compiled now."""
    try:
        then = of_its_time(date.fromisoformat(str(source.get("committed_at"))[:10]))
    except ValueError:
        return False
    return used in KNOWN and KNOWN.index(then) < KNOWN.index(used)


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
    "nearest_python",
    30,
    frozenset(
        {
            "python_too_old_or_new",
            "standard_module_gone",
            "dependency_not_found",
            "wheel_build_failed",
            "compiler_missing",
        }
    ),
    mend,
)
