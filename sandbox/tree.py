"""A tree of source files to read: what buildpacks and checks look at. Never imports or runs what it reads."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

TEXT_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class Tree:
    """Regular files by POSIX path relative to the root, read on demand.

    Made of a folder (`Tree.at`) or of a mapping (`Tree.of`, for samples and tests). Symbolic links are not in it.
    What was once read of it is kept as long as it lives (`once`): look at a folder that changes with a new tree.
    """

    root: Path | None = None
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    # Where it lies below the tree that it was seen from first, with which it shares what was read.
    base: str = field(default="", kw_only=True)
    _memory: dict[Hashable, Any] = field(default_factory=dict, kw_only=True, repr=False, compare=False)

    @classmethod
    def at(cls, root: Path) -> Tree:
        return cls(root=root)

    @classmethod
    def of(cls, files: Mapping[str, str]) -> Tree:
        return cls(files={path: text.encode() for path, text in files.items()})

    def once[T](self, key: Hashable, make: Callable[[], T], path: str = "") -> T:
        """What `make` gave the first time that it was asked for this key of this folder, or of one of its files.

        It is shared with every tree `below`, and must never be changed.
        """
        place = (key, posixpath.normpath(posixpath.join(self.base, path)))
        if place not in self._memory:
            self._memory[place] = make()
        kept: T = self._memory[place]
        return kept

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every file, sorted nearest to the root first, then by name. Undecodable names use surrogateescape."""
        return self.once("paths", self._listed)

    def _listed(self) -> tuple[str, ...]:
        if self.root is None:
            names: Iterable[str] = self.files
        else:
            names = (
                os.path.relpath(os.path.join(folder, name), self.root).replace(os.sep, "/")  # noqa: PTH118 - PurePath would re-parse each of 20,000 names
                for folder, _, inside in os.walk(self.root)
                for name in inside
                if os.path.isfile(os.path.join(folder, name)) and not os.path.islink(os.path.join(folder, name))  # noqa: PTH113, PTH114, PTH118 - the same
            )
        return tuple(sorted(names, key=lambda path: (path.count("/"), path)))

    def __contains__(self, path: str) -> bool:
        return path in self._known

    @cached_property
    def _known(self) -> frozenset[str]:
        return self.once("known", lambda: frozenset(self.paths))

    def read(self, path: str, limit: int = TEXT_LIMIT) -> str:
        """Text of one file, bad UTF-8 replaced, at most `limit` bytes; "" when it is not there."""
        if path not in self:
            return ""
        if self.root is None:
            return self.files[path][:limit].decode("utf-8", "replace")
        with (self.root / path).open("rb") as stream:
            return stream.read(limit).decode("utf-8", "replace")

    def size(self, path: str) -> int:
        return len(self.files[path]) if self.root is None else (self.root / path).stat().st_size

    def glob(self, pattern: str) -> list[str]:
        """Paths whose whole path matches a shell pattern ("*.py" matches at any depth, as pathlib's match does)."""
        return [path for path in self.paths if PurePosixPath(path).match(pattern)]

    def below(self, folder: str) -> Tree:
        """The same files as seen from a folder ("" is this tree)."""
        if not folder or folder == ".":
            return self
        base = posixpath.join(self.base, folder)
        if self.root is not None:
            return Tree(root=self.root / folder, base=base, _memory=self._memory)
        prefix = posixpath.normpath(folder) + "/"
        files = {path[len(prefix) :]: text for path, text in self.files.items() if path.startswith(prefix)}
        return Tree(files=files, base=base, _memory=self._memory)
