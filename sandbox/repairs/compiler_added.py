"""A package without a wheel, in an image of ours that has no compiler: the compiler and the library are installed."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair

_INSTALL = re.compile(r"^RUN pip install ", re.MULTILINE)
# What a log asks for beside a compiler -> the Debian packages that have it.
_DEBIAN: dict[str, tuple[str, ...]] = {
    "pg_config": ("libpq-dev",),
    "mysql_config": ("default-libmysqlclient-dev", "pkg-config"),
    "mysqlclient": ("default-libmysqlclient-dev", "pkg-config"),
    "pkg-config": ("pkg-config",),
    "cmake": ("cmake",),
    "cargo": ("cargo", "rustc"),
    "Rust": ("cargo", "rustc"),
    "portaudio.h": ("portaudio19-dev",),
    "ffi.h": ("libffi-dev",),
    "xmlversion.h": ("libxml2-dev", "libxslt1-dev"),
}
_LISTS = "rm -rf /var/lib/apt/lists/*"


def mend(broken: Broken) -> tuple[Plan, str] | None:
    plan = broken.plan
    place = _INSTALL.search(plan.dockerfile)
    # In a team's own Dockerfile it is the team that installs.
    if plan.buildpack not in ("python", "job") or place is None:
        return None
    wanted = broken.fault.facts.get("wanted", "").split()
    others = [name for tool in wanted for name in _DEBIAN.get(tool, ())]
    names = " ".join(dict.fromkeys(["build-essential", *others]))
    line = f"RUN apt-get update && apt-get install -y --no-install-recommends {names} && {_LISTS}\n"
    why = (
        f"A package was compiled, for which {names} had to be installed. "
        "Use versions that have wheels for this Python (psycopg2-binary instead of psycopg2), or a Dockerfile."
    )
    return replace(plan, dockerfile=f"{plan.dockerfile[: place.start()]}{line}{plan.dockerfile[place.start() :]}"), why


REPAIR = Repair("compiler_added", 35, frozenset({"compiler_missing"}), mend)
