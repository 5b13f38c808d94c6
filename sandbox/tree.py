"""A tree of source files to read: what buildpacks and checks look at. Never imports or runs what it reads."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

TEXT_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class Tree:
    """Regular files by POSIX path relative to the root, read on demand.

    Made of a folder (`Tree.at`) or of a mapping (`Tree.of`, for samples and tests). Symbolic links are not in it.
    """

    root: Path | None = None
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def at(cls, root: Path) -> Tree:
        return cls(root=root)

    @classmethod
    def of(cls, files: Mapping[str, str]) -> Tree:
        return cls(files={path: text.encode() for path, text in files.items()})

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Every file, sorted nearest to the root first, then by name. Undecodable names use surrogateescape."""
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
        return frozenset(self.paths)

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
        if self.root is not None:
            return Tree(root=self.root / folder)
        prefix = folder.rstrip("/") + "/"
        return Tree(files={path[len(prefix) :]: text for path, text in self.files.items() if path.startswith(prefix)})
