"""Unpinned packages that have moved on: everything is resolved again as the index was on the day of the commit."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta

from sandbox.plan import Plan
from sandbox.pysource.image import python_of, with_python
from sandbox.pysource.version import RELEASED, WHEELS_AFTER, of_its_time
from sandbox.repairs import Broken, Repair

_INSTALL = re.compile(r"^RUN pip install (?P<what>.+)$", re.MULTILINE)
# A server that we add is today's: its start command is.
_OURS = re.compile(r" ?'(?:gunicorn|uvicorn)[<>=][^']*'")
# The commit may have been made after an install of the same day.
LATER = timedelta(days=1)
# The oldest that uv runs on.
OLDEST = "3.8"


def mend(broken: Broken) -> tuple[Plan, str] | None:
    if broken.plan.buildpack not in ("python", "job") or not _INSTALL.search(broken.plan.dockerfile):
        return None
    if broken.fault.facts.get("own"):
        return None  # no index has the team's own modules
    if broken.fault.id == "exited" and not _in_a_package(broken.fault.detail):
        return None
    try:
        day = (datetime.fromisoformat(str(broken.source.get("committed_at"))) + LATER).date()
    except ValueError:
        return None
    text = _INSTALL.sub(lambda found: _install(found["what"], day), broken.plan.dockerfile)
    used = python_of(text)
    what, runtime = "Packages were", broken.plan.runtime
    python = of_its_time(max(day, RELEASED[OLDEST] + WHEELS_AFTER))
    # Code from before a Python was there rarely runs on it, nor do its packages.
    if used and RELEASED.get(used, day) > day:
        text = with_python(text, python)
        runtime = runtime.replace(f"Python {used}", f"Python {python}")
        what = f"Python {python} was used, and packages were"
    why = f"{what} installed as the index had them on {day}. Pin versions (pip freeze) or commit a lock file."
    return replace(broken.plan, dockerfile=text, runtime=runtime), why


def _in_a_package(detail: str) -> bool:
    """Whether the last line of a traceback is a package's: what it raises may be what a newer one asks for."""
    frames = re.findall(r'^[ \t]*File "([^"\n]{1,300})", line', detail, re.MULTILINE)
    return bool(frames) and "-packages/" in frames[-1]


def _install(what: str, day: date) -> str:
    """The RUN line of an install as of a day."""
    ours = "".join(_OURS.findall(what)).strip()
    theirs = _OURS.sub("", what)
    commands = ["pip install uv"]
    commands += [f"uv pip install --system --exclude-newer {day}T00:00:00Z {theirs}"] if theirs else []
    commands += [f"uv pip install --system {ours}"] if ours else []
    return f"RUN {' && '.join(commands)}"


REPAIR = Repair(
    "as_of_commit",
    40,
    frozenset(
        {
            "dependency_not_found",
            "dependency_conflict",
            "wheel_build_failed",
            "import_error",
            "numpy_abi_changed",
            "package_incompatible",
            "exited",
        }
    ),
    mend,
)
