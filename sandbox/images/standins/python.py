"""Stand-in for `python`: the exact minor version from an interpreter of this machine, on top of the Debian stand-in."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images import interpreters
from sandbox.images.interpreters import Interpreter
from sandbox.images.recipe import Make, Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian
from sandbox.images.standins.alpine import with_alpine_commands

DEBIAN_MINOR = "3.11"  # what the suite of the Debian stand-in ships
# A working interpreter and not just one that starts: these modules need the libraries of the base.
PROOF = "import bz2, ctypes, hashlib, lzma, readline, sqlite3, ssl, uuid, zlib"
SLIM = f"""\
FROM {{base}}
ENV PATH="{debian.PATH}" LANG="C.UTF-8" PYTHON_VERSION="{{version}}"
ADD python.tar /usr/local/
RUN ldconfig && python -c "{PROOF}" && python -m ensurepip --default-pip && pip --version
CMD ["python3"]
"""
FROM_DEBIAN = f"""\
FROM {{base}}
ENV PATH="{debian.PATH}" LANG="C.UTF-8"
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-pip python3-venv python3-dev \\
 && rm -rf /var/lib/apt/lists/* && rm -f /usr/lib/python3*/EXTERNALLY-MANAGED \\
 && ln -s /usr/bin/python3 /usr/local/bin/python && python -c "{PROOF}" && pip --version
CMD ["python3"]
"""
_TAG = re.compile(r"(?P<version>\d+(?:\.\d+){0,2})?-?(?P<rest>.*)")
# An onbuild image takes the source in and installs its packages by itself.
_NOT_SERVED = ("windowsservercore", "nanoserver", "onbuild")


def offer(wanted: Reference) -> Offer | None:
    """The wanted minor version when this machine has it, else the nearest one with a note."""
    tag = wanted.version.removeprefix("latest")
    matched = _TAG.fullmatch(tag)
    if matched is None or any(word in tag for word in _NOT_SERVED):
        return None
    version, rest = matched["version"] or "3", matched["rest"]
    if version.split(".")[0] != "3":
        return None
    minor, note = _nearest(version)
    notes = [note] if note else []
    if "alpine" in rest:
        notes.append("Alpine tag served by Debian")
        chosen = with_alpine_commands(recipe(minor))
    else:
        chosen = recipe(minor) if "slim" in rest else full(minor)
    return Offer(chosen, "; ".join(notes))


def minors() -> list[str]:
    """Minor versions that can be served here, oldest first."""
    return sorted({*interpreters.found(), DEBIAN_MINOR}, key=_number)


def recipe(minor: str) -> Recipe:
    """The slim image of a minor version out of `minors()`."""
    base = debian.recipe()
    interpreter = interpreters.found().get(minor)
    if interpreter is None:
        return Recipe(f"python-{minor}-debian", (FROM_DEBIAN,), _from_debian(base), base, base.injected_env)
    return Recipe(
        f"python-{interpreter.text}-slim",
        (SLIM, interpreters.PACKING),
        _copied(interpreter, base),
        base,
        injected_env=base.injected_env,
    )


def full(minor: str) -> Recipe:
    """The same with compilers, git and the headers that common packages build against."""
    base = recipe(minor)
    return debian.with_compilers(base, f"{base.name.removesuffix('-slim')}-full")


def _nearest(version: str) -> tuple[str, str]:
    """(minor, note): the minor version that serves "3", "3.12" or "3.12.4", and how it differs."""
    parts = version.split(".")
    if len(parts) == 1:
        return minors()[-1], ""
    wanted = ".".join(parts[:2])
    minor = min(minors(), key=lambda one: (abs(_number(one) - _number(wanted)), -_number(one)))
    if minor != wanted:
        return minor, f"minor version differs: Python {wanted} wanted, {minor} served"
    interpreter = interpreters.found().get(minor)
    if len(parts) == 3 and interpreter and interpreter.text != version:
        return minor, f"patch version differs: Python {version} wanted, {interpreter.text} served"
    return minor, ""


def _number(minor: str) -> int:
    return int(minor.split(".")[1])


def _copied(interpreter: Interpreter, base: Recipe) -> Make:
    def make(engine: Engine, folder: Path, reference: str) -> Image:
        interpreters.pack(interpreter, folder / "python.tar")
        return build(engine, folder, SLIM.format(base=base.reference, version=interpreter.text), reference)

    return make


def _from_debian(base: Recipe) -> Make:
    def make(engine: Engine, folder: Path, reference: str) -> Image:
        return build(engine, folder, FROM_DEBIAN.format(base=base.reference), reference)

    return make


def _listed() -> list[str]:
    return [f"python:{minor}{suffix}" for minor in minors() for suffix in ("-slim", "")]


STANDIN = StandIn(id="python", names=("python",), offer=offer, tags=_listed)
