"""A tree in which one compose file stands where detection looks for it, and no other does."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from sandbox.compose import NAMES
from sandbox.tree import TEXT_LIMIT, Tree


@dataclass(frozen=True)
class ComposeView(Tree):
    """The tree with only one compose file: `real`, seen as a file of a usual name beside it."""

    real: str = field(default="")

    @property
    def shown(self) -> str:
        folder, _, name = self.real.rpartition("/")
        usual = name if name in NAMES else NAMES[0]
        return f"{folder}/{usual}" if folder else usual

    @cached_property
    def paths(self) -> tuple[str, ...]:
        kept = [path for path in super().paths if path.rpartition("/")[2] not in NAMES and path != self.real]
        return tuple(sorted([*kept, self.shown], key=lambda path: (path.count("/"), path)))

    def read(self, path: str, limit: int = TEXT_LIMIT) -> str:
        if path == self.shown:
            return Tree(self.root, self.files).read(self.real, limit)
        return super().read(path, limit)

    def size(self, path: str) -> int:
        return Tree(self.root, self.files).size(self.real if path == self.shown else path)

    def below(self, folder: str) -> Tree:
        if not folder or folder == ".":
            return self
        inside = super().below(folder)
        prefix = f"{folder.rstrip('/')}/"
        if not self.real.startswith(prefix):
            return inside
        return replace(self, root=inside.root, files=inside.files, real=self.real.removeprefix(prefix))
