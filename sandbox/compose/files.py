"""The files that make up one stack: the compose file, its override, and what they include or extend."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import Any

from sandbox.compose.merging import merged, plain, rebased, rebased_files
from sandbox.compose.text import Unreadable, document_of
from sandbox.plan import Note
from sandbox.tree import Tree

NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
# What `docker compose up` reads beside one of them by itself; -dev, -prod and the like it reads only when told to.
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
MOST_FILES, DEEPEST = 16, 4
_SHARED = ("secrets", "configs", "volumes")


@dataclass
class Files:
    """Reads the files of one stack. `why` are sentences of what was taken; `left` is what could not be."""

    tree: Tree
    why: list[str] = field(default_factory=list)
    left: list[Note] = field(default_factory=list)
    _read: dict[str, dict[Any, Any]] = field(default_factory=dict)

    def whole(self, path: str) -> dict[Any, Any]:
        """The stack as one document, every path in it counted from the folder of `path`; Unreadable when it is none."""
        document = self._document(path)
        folder, _, name = path.rpartition("/")
        over = next((one for one in OVERRIDES if posixpath.join(folder, one) in self.tree), "")
        if over and name in NAMES:
            other = self._document(posixpath.join(folder, over))
            document = merged(document, other)
            self.why.append(f"{over} was merged over {name}, as docker compose does by itself.")
        found = self._included(document, folder, 0)
        services = found.get("services")
        if not isinstance(services, dict) or not services:
            raise Unreadable(f"{name} has no services")
        found["services"] = {
            key: plain(self._extended(value, services, folder, 0)) for key, value in list(services.items())
        }
        return found

    def _document(self, path: str) -> dict[Any, Any]:
        """A file of the tree, read once; Unreadable beyond the number that a stack may have."""
        if path not in self._read:
            if len(self._read) >= MOST_FILES:
                raise Unreadable(f"the stack is made of more than {MOST_FILES} files")
            self._read[path] = document_of(self.tree, path)
        return self._read[path]

    def _included(self, document: dict[Any, Any], folder: str, depth: int) -> dict[Any, Any]:
        """The document with the services of the files that it includes; its own come first."""
        asked = document.get("include")
        found = {name: value for name, value in document.items() if name != "include"}
        for one in asked if isinstance(asked, list) and depth < DEEPEST else []:
            paths = one.get("path") if isinstance(one, dict) else one
            other: dict[Any, Any] = {}
            at = ""
            for given in paths if isinstance(paths, list) else [paths]:
                path = self._inside(folder, given)
                if path is None:
                    continue
                at = at or path
                other = merged(other, self._document(path))
            if not at:
                continue
            base = one.get("project_directory") if isinstance(one, dict) else None
            home = posixpath.normpath(posixpath.join(folder, base)) if isinstance(base, str) else posixpath.dirname(at)
            home = "" if home == "." else home
            other = self._included(other, home, depth + 1)
            found = merged(self._moved(other, home, folder), found)
            self.why.append(f"{at} is included.")
        return found

    def _moved(self, document: dict[Any, Any], home: str, folder: str) -> dict[Any, Any]:
        """A document of another folder with its paths counted from `folder`."""
        way = posixpath.relpath(home or ".", folder or ".")
        services = document.get("services")
        named = services if isinstance(services, dict) else {}
        extended = {key: self._extended(value, named, home, 0) for key, value in named.items()}
        moved: dict[Any, Any] = {"services": {key: rebased(value, way) for key, value in extended.items()}}
        moved |= {name: rebased_files(document[name], way) for name in _SHARED if name in document}
        return moved

    def _extended(self, value: Any, services: dict[Any, Any], folder: str, depth: int) -> Any:
        """The service with what it extends, in its own file or in another one of the tree."""
        named = value.get("extends") if isinstance(value, dict) else None
        if not named or depth >= DEEPEST:
            return value
        base = named if isinstance(named, str) else named.get("service") if isinstance(named, dict) else None
        file = named.get("file") if isinstance(named, dict) else None
        home = folder
        if file:
            path = self._inside(folder, file)
            if path is None:
                return {key: one for key, one in value.items() if key != "extends"}
            home = posixpath.dirname(path)
            there = self._document(path).get("services")
            services = there if isinstance(there, dict) else {}
        other = services.get(base) if isinstance(base, str) else None
        if not isinstance(other, dict):
            return {key: one for key, one in value.items() if key != "extends"}
        whole = self._extended(other, services, home, depth + 1)
        whole = rebased(whole, posixpath.relpath(home or ".", folder or "."))
        # The specification leaves these two to each service.
        inherited = {key: one for key, one in whole.items() if key not in ("depends_on", "extends")}
        return merged(inherited, {key: one for key, one in value.items() if key != "extends"})

    def _inside(self, folder: str, given: Any) -> str | None:
        """A path of the tree, None (and said) for anything that is not there."""
        path = posixpath.normpath(posixpath.join(folder, given)) if isinstance(given, str) else ""
        if path in self.tree and not str(given).startswith("/"):
            return path
        self.left.append(Note("file_missing", f"The stack reads {str(given)[:120]}, which the repository has not."))
        return None
