"""A package that is built from source with a setuptools which no longer brings what its setup.py imports."""

from __future__ import annotations

import re
from dataclasses import replace

from sandbox.plan import Plan
from sandbox.repairs import Broken, Repair

# The last that brings pkg_resources along. Source: the history of setuptools.
_WANTED = "setuptools<81"
_FILE = "/tmp/assay-build.txt"  # noqa: S108 - a file of the image
# Older pips read the one in their isolated builds, newer ones the other; uv has one of its own.
_READ_BY = ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT", "UV_BUILD_CONSTRAINT")
_INSTALLS = re.compile(r"^[ \t]*RUN\b[^\n]*(?:\\\n[^\n]*)*?\b(?:pip3?|uv)\b[^\n]*\binstall\b", re.MULTILINE)


def mend(broken: Broken) -> tuple[Plan, str] | None:
    text = broken.plan.dockerfile
    first = _INSTALLS.search(text)
    if broken.fault.facts.get("absent") != "pkg_resources" or first is None:
        return None
    settings = " ".join(f"{name}={_FILE}" for name in _READ_BY)
    lines = f"RUN echo '{_WANTED}' > {_FILE}\nENV {settings}\n"
    package = broken.fault.facts.get("package", "") or "a package"
    why = (
        f"{package[0].upper()}{package[1:]} was built with {_WANTED}, since newer ones do not bring the pkg_resources "
        f"that its setup.py imports. Use a release of it that has a wheel."
    )
    return replace(broken.plan, dockerfile=f"{text[: first.start()]}{lines}{text[first.start() :]}"), why


REPAIR = Repair("build_constraint", 20, frozenset({"wheel_build_failed"}), mend)
