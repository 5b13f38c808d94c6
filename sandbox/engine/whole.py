"""A build of exactly the same input: found by a digest of all that goes into it, so that no step has to be asked again.

The name is ours alone (a Dockerfile may not name assay/), is given only after a build that succeeded, and says nothing
but the digest: whoever would find another's image has to bring the same files, instructions, bases and limits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, cast

from sandbox.engine.api import Api
from sandbox.engine.context import pack
from sandbox.engine.layers import CACHE
from sandbox.engine.stages import images_named
from sandbox.limits import Limits

# What a build is under beside its input. Raise it when builds of the same input come to give something else.
RULES = 1


class _Digest:
    """A file that keeps nothing of what is written but its SHA-256."""

    def __init__(self) -> None:
        self.sum, self.bytes = hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self.sum.update(data)
        self.bytes += len(data)
        return len(data)

    def tell(self) -> int:
        return self.bytes


def name_of_build(
    api: Api, folder: Path, dockerfile: str, files: Mapping[str, str], *, limits: Limits, check: Callable[[], None]
) -> str:
    """ "assay/cache:<digest>" of a build's input: every file of its context, the Dockerfile, its bases, its limits.

    "" when a file cannot be read: the build itself says so. `check` may raise, to stop.
    """
    digest = _Digest()
    bases = {name: (api.inspect_image(name) or {}).get("Id") for name in images_named(dockerfile)}
    digest.write(json.dumps([RULES, bases, limits.to_json()], sort_keys=True).encode())
    try:
        pack(folder, dockerfile, files, cast("IO[bytes]", digest), check)
    except OSError:
        return ""
    return f"{CACHE}:{digest.sum.hexdigest()}"
