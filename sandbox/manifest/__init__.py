"""The hackathon manifest `assay.yaml`: what a team says of its own project, and what it may say (docs/manifest.md)."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import Any

from sandbox.faults import TeamFault
from sandbox.manifest.reading import MOST_BYTES, Read
from sandbox.manifest.validation import Problem, examine
from sandbox.tree import Tree

NAMES = ("assay.yaml", "assay.yml")
SITE = "the build settings on the site"
DOCUMENTED = "docs/manifest.md"


@dataclass(frozen=True)
class Manifest:
    """A valid manifest. `values` are its members, `origin` says of each which text it stands in (a path, or SITE)."""

    values: dict[str, Any]
    origin: dict[str, str]
    lines: dict[str, int] = field(default_factory=dict, compare=False)
    passed_over: str = ""

    def get(self, name: str) -> Any:
        return self.values.get(name)

    def path(self, name: str) -> str:
        """A member that names a path, normalised; "" when it is not there or means the root."""
        value = self.values.get(name)
        path = posixpath.normpath(value) if isinstance(value, str) else "."
        return "" if path == "." else path

    def said(self, name: str) -> str:
        """Who sets a member, for a sentence: "assay.yaml sets" or "the team set on the site"."""
        return "The team set on the site" if self.origin.get(name) == SITE else f"{self.origin.get(name)} sets"

    def fault(self, name: str, text: str, fix: str) -> TeamFault:
        """A member that is well formed and does not fit the repository."""
        return invalid(self.origin[name], (Problem(self.lines.get(name, 1), text, fix),))


def invalid(origin: str, problems: tuple[Problem, ...]) -> TeamFault:
    """The fault of a manifest; `where` names the first problem's line."""
    first = problems[0]
    name = origin[0].upper() + origin[1:] if origin == SITE else origin
    return TeamFault(
        "manifest_invalid",
        f"{name} cannot be followed: {first.text}",
        detail="\n".join(f"line {problem.line}: {problem.text}. {problem.fix}" for problem in problems),
        fix=first.fix,
        where=None if origin == SITE else f"{origin}:{first.line}",
    )


def problems(text: str) -> tuple[Problem, ...]:
    """What is wrong with a manifest's text, as far as it can be said without the repository; () when nothing is."""
    return examine(text)[1]


def find(tree: Tree) -> str:
    """The manifest at the root, "" when there is none."""
    return next((name for name in NAMES if name in tree), "")


def manifest_of(tree: Tree, settings: str = "") -> Manifest | None:
    """The repository's manifest with `settings` (a manifest's text, typed on the site) over it; None without both.

    A member of the settings replaces the repository's; `env` is joined name by name. TeamFault("manifest_invalid")
    for one that cannot be followed; the repository's is only passed over when the settings stand in for it.
    """
    path = find(tree)
    own, wrong = examine(tree.read(path, MOST_BYTES + 1)) if path else (Read({}), ())
    if not settings.strip():
        if wrong:
            raise invalid(path, wrong)
        return _manifest(own, path) if path else None
    typed, bad = examine(settings)
    if bad:
        raise invalid(SITE, bad)
    over = _manifest(typed, SITE)
    if wrong:
        return Manifest(over.values, over.origin, over.lines, f"{path} was passed over: {wrong[0].text}.")
    below = _manifest(own, path)
    values = below.values | over.values
    if "env" in below.values and "env" in over.values:
        values["env"] = below.values["env"] | over.values["env"]
    return Manifest(values, below.origin | over.origin, below.lines | over.lines)


def _manifest(read: Read, origin: str) -> Manifest:
    values = {name: value for name, value in read.value.items() if name != "version"}
    return Manifest(values, dict.fromkeys(values, origin), {name: read.line((name,)) for name in values})
