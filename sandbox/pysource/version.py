"""Which Python a repository needs: what it says, else what its pinned packages have wheels for, else the default."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from sandbox.pysource.distributions import normalise
from sandbox.pysource.placement import ancestors
from sandbox.pysource.projects import pep440, table, toml
from sandbox.pysource.requirements import decode
from sandbox.pysource.spoken import spoken_python
from sandbox.tree import Tree

DEFAULT = "3.12"
KNOWN = ("3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")

# Distribution -> Python -> first version with a wheel for it (release notes and file lists of the projects).
# An older pin would be compiled from source on that Python, and most of these cannot be.
FIRST_WHEEL: dict[str, dict[str, str]] = {
    "aiohttp": {"3.11": "3.8.3", "3.12": "3.9.0", "3.13": "3.10.6"},
    "asyncpg": {"3.11": "0.27.0", "3.12": "0.29.0", "3.13": "0.30.0"},
    "greenlet": {"3.11": "2.0.0", "3.12": "3.0.0", "3.13": "3.1.0"},
    "grpcio": {"3.11": "1.49.1", "3.12": "1.59.0", "3.13": "1.66.2"},
    "lxml": {"3.11": "4.9.1", "3.12": "4.9.3", "3.13": "5.3.0"},
    "matplotlib": {"3.10": "3.5.0", "3.11": "3.6.0", "3.12": "3.8.0", "3.13": "3.9.2"},
    "numpy": {"3.10": "1.21.3", "3.11": "1.23.2", "3.12": "1.26.0", "3.13": "2.1.0"},
    "pandas": {"3.10": "1.3.3", "3.11": "1.5.1", "3.12": "2.1.1", "3.13": "2.2.3"},
    "pillow": {"3.10": "8.4.0", "3.11": "9.3.0", "3.12": "10.1.0", "3.13": "11.0.0"},
    "psycopg2-binary": {"3.10": "2.9.2", "3.11": "2.9.5", "3.12": "2.9.9", "3.13": "2.9.10"},
    "pydantic": {"3.12": "1.10.13", "3.13": "2.8.0"},
    "pyyaml": {"3.10": "6.0", "3.11": "6.0", "3.12": "6.0.1", "3.13": "6.0.2"},
    "scikit-learn": {"3.10": "1.0.1", "3.11": "1.1.3", "3.12": "1.3.1", "3.13": "1.5.2"},
    "scipy": {"3.10": "1.7.2", "3.11": "1.9.2", "3.12": "1.11.2", "3.13": "1.14.1"},
    "tensorflow": {"3.10": "2.8.0", "3.11": "2.12.0", "3.12": "2.16.1", "3.13": "2.20.0"},
    "torch": {"3.10": "1.11.0", "3.11": "2.0.0", "3.12": "2.2.0", "3.13": "2.5.0"},
}

# First releases (PEP 494 and its successors); packages have wheels for one about half a year later.
RELEASED = {
    "3.7": date(2018, 6, 27),
    "3.8": date(2019, 10, 14),
    "3.9": date(2020, 10, 5),
    "3.10": date(2021, 10, 4),
    "3.11": date(2022, 10, 24),
    "3.12": date(2023, 10, 2),
    "3.13": date(2024, 10, 7),
}
WHEELS_AFTER = timedelta(days=180)


@dataclass(frozen=True)
class PythonChoice:
    """`version` is "3.12"; `why` is a sentence."""

    version: str
    why: str


def choose_python(tree: Tree, folder: str, requirements: Iterable[Requirement] = ()) -> PythonChoice:
    """The Python for code that runs in `folder` of the tree."""
    requirements = tuple(requirements)
    for place in reversed(ancestors(folder)):
        for path, wanted in _said(tree, place):
            version = _best(wanted)
            if version is not None:
                return PythonChoice(version, f"{path} asks for Python {wanted}, so {version} is used.")
    chosen = _for_pins(requirements)
    document, spoken = spoken_python(tree, folder)
    # A README grows old: it never asks for a newer one than the pins allow, nor for one that no longer is to be had.
    if spoken in KNOWN and KNOWN.index(spoken) < KNOWN.index(chosen.version) and not _bounded(requirements):
        return PythonChoice(spoken, f"{document} makes an environment with Python {spoken}, so {spoken} is used.")
    return chosen


def _bounded(requirements: Iterable[Requirement]) -> bool:
    """Whether any of them has a version that a given Python might be too old for."""
    return any(one.specifier for one in requirements)


def of_its_time(written: date) -> str:
    """The newest known Python that packages had wheels for on a day."""
    known = [one for one in KNOWN if RELEASED[one] + WHEELS_AFTER <= written]
    return known[-1] if known else KNOWN[0]


def _said(tree: Tree, folder: str) -> Iterator[tuple[str, str]]:
    """(path, specifier or version) that the files of one folder state, most exact first."""
    prefix = folder + "/" if folder else ""
    for name, pattern in (
        (".python-version", r"^\s*(?:python-)?(\d+\.\d+)"),
        ("runtime.txt", r"^\s*python-?(\d+\.\d+)"),
    ):
        match = re.search(pattern, decode(tree.read(prefix + name, 4096)), re.MULTILINE)
        if match:
            yield prefix + name, match[1]
    project = toml(tree, prefix + "pyproject.toml")
    stated = table(project, "project").get("requires-python")
    poetry = table(project, "tool", "poetry", "dependencies").get("python")
    for value in (stated, pep440(poetry) if isinstance(poetry, str) else None):
        if isinstance(value, str) and value:
            yield prefix + "pyproject.toml", value
    pipfile = table(toml(tree, prefix + "Pipfile"), "requires")
    value = pipfile.get("python_version") or pipfile.get("python_full_version")
    if isinstance(value, str):
        yield prefix + "Pipfile", value
    conda = re.search(
        r"^[ \t]*-[ \t]*(?:[\w-]{1,100}::)?python[ \t]*=+[ \t]*(\d+\.\d+)",
        tree.read(prefix + "environment.yml"),
        re.MULTILINE,
    )
    if conda:
        yield prefix + "environment.yml", conda[1]


def _best(wanted: str) -> str | None:
    """The default when it fits, else the newest known version that does; the nearest when an exact one is unknown."""
    exact = re.fullmatch(r"(\d+\.\d+)(?:\.\d+)?", wanted.strip())
    if exact:
        if exact[1] in KNOWN:
            return exact[1]
        return min(KNOWN, key=lambda known: abs(Version(known).minor - Version(exact[1]).minor))
    try:
        specifier = SpecifierSet(wanted)
    except InvalidSpecifier:
        return None
    # A specifier may name a patch release (">=3.11.4"): some late one of each series stands for the series.
    fitting = [known for known in KNOWN if any(f"{known}.{patch}" in specifier for patch in (0, 9, 30))]
    if not fitting:
        return None
    return DEFAULT if DEFAULT in fitting else fitting[-1]


def _for_pins(requirements: Iterable[Requirement]) -> PythonChoice:
    newest, reason = DEFAULT, ""
    for requirement in requirements:
        firsts = FIRST_WHEEL.get(normalise(requirement.name), {})
        pinned = _pinned(requirement)
        while pinned is not None and newest in firsts and pinned < Version(firsts[newest]):
            reason = f"{requirement.name} {pinned} has no wheel for Python {newest}"
            newest = KNOWN[KNOWN.index(newest) - 1]
    if reason:
        return PythonChoice(newest, f"{reason}, so {newest} is used.")
    return PythonChoice(DEFAULT, f"Nothing asks for a Python version, so {DEFAULT} is used.")


def _pinned(requirement: Requirement) -> Version | None:
    """The highest version that a requirement's "==" or "~=" can mean."""
    for specifier in requirement.specifier:
        if specifier.operator in ("==", "===", "~="):
            try:
                return Version(specifier.version.removesuffix(".*"))
            except InvalidVersion:
                return None
    return None
