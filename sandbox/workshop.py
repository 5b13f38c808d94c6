"""The workshop: images on top of the app's, with the whole repository in them, for what only a probe needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.engine.owner import image_name
from sandbox.faults import Cancellation
from sandbox.limits import Limits
from sandbox.tree import Tree


@dataclass(frozen=True)
class Workshop:
    """Builds for one evaluation. `root` is the fetched source; `say(line)` gets the lines of the build."""

    key: str
    engine: Engine
    limits: Limits
    root: Path
    say: Callable[[str], None]
    cancellation: Cancellation

    @property
    def tree(self) -> Tree:
        return Tree.at(self.root)

    def build(self, name: str, base: Image, instructions: str, files: Mapping[str, str] | None = None) -> Image:
        """An image FROM `base`; the context is the repository without what it ignores, and with `files`.

        It goes with the evaluation. Raises `BuildFailed` when a step fails, TeamFault and HostFault as every build.
        """
        image, _ = self.engine.build(
            self.root,
            f"FROM {base.id}\n{instructions}",
            reference=image_name(self.key, name),
            labels={"assay.evaluation": self.key},
            limits=self.limits,
            files=files,
            on_line=self.say,
            cancellation=self.cancellation,
        )
        return image
