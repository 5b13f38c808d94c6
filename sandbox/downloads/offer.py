"""What one build is offered of the download cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Only our own egress programs mount it.
VOLUME = "assay-downloads"


@dataclass(frozen=True)
class Offer:
    """`variables` are for the build's steps, `request` for its egress program; both are empty without the cache."""

    variables: Mapping[str, str]
    request: Mapping[str, Any] | None = None

    @property
    def declarations(self) -> list[str]:
        """An ARG is in the environment of a step, and of no image."""
        return [f"ARG {name}" for name in self.variables]


NONE = Offer({})
