"""The package.json files of a repository, read with suspicion: each may hold anything."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.tree import Tree

MAX_PACKAGES = 60
# What generated instructions may quote: a path outside this set could end an instruction or be expanded in it.
PLAIN_PATH = re.compile(r"[\w./@+-]*")
_ASIDE = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|examples?|samples?|fixtures?|tests?|__tests__|e2e|cypress|playwright|docs?"
    r"|templates?|benchmarks?|\.[^/]+|vendor|site-packages|venv|storybook|mobile|expo)/",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Package:
    """One package.json. `folder` is "" at the root; `scripts` and the dependencies are name -> text."""

    folder: str
    document: dict[str, Any] = field(repr=False)

    @property
    def path(self) -> str:
        return self.at("package.json")

    @property
    def name(self) -> str:
        return _text(self.document.get("name"))

    @property
    def main(self) -> str:
        return _text(self.document.get("main")).removeprefix("./")

    @property
    def scripts(self) -> dict[str, str]:
        return _texts(self.document.get("scripts"))

    @property
    def runtime(self) -> dict[str, str]:
        """`dependencies`: what is there when development packages are left out."""
        return _texts(self.document.get("dependencies"))

    @property
    def development(self) -> dict[str, str]:
        return _texts(self.document.get("devDependencies"))

    @property
    def dependencies(self) -> dict[str, str]:
        return self.development | self.runtime

    @property
    def is_module(self) -> bool:
        return self.document.get("type") == "module"

    @property
    def workspaces(self) -> tuple[str, ...]:
        """Patterns of member folders (npm and yarn; pnpm has them in a file of its own)."""
        listed = self.document.get("workspaces")
        if isinstance(listed, dict):
            listed = listed.get("packages")
        return tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()

    def member(self, *keys: str) -> str:
        """A text further down in the document ("engines", "node"), "" when it is not there."""
        found: Any = self.document
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return _text(found)

    def at(self, name: str) -> str:
        """A path of this package as the repository names it."""
        return f"{self.folder}/{name}" if self.folder else name

    def major(self, dependency: str) -> int | None:
        """The major version that is asked for; None when it is not said."""
        found = re.search(r"\d+", self.dependencies.get(dependency, ""))
        return int(found[0]) if found else None


def packages_of(tree: Tree) -> tuple[Package, ...]:
    """Every package that may be the product, nearest to the root first."""
    found = []
    for path in tree.paths:
        if path.rpartition("/")[2] == "package.json" and not _ASIDE.search(path) and PLAIN_PATH.fullmatch(path):
            try:
                document = json.loads(tree.read(path).removeprefix("\ufeff"))
            except (ValueError, RecursionError):
                continue
            if isinstance(document, dict):
                found.append(Package(path.rpartition("/")[0], document))
        if len(found) == MAX_PACKAGES:
            break
    return tuple(found)


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {name: text for name, text in value.items() if isinstance(name, str) and isinstance(text, str)}
