"""A build of exactly the same input: found by a digest of all that goes into it, so that no step has to be asked again.

The name is ours alone (a Dockerfile may not name assay/), is given only after a build that succeeded, and says nothing
but the digest: whoever would find another's image has to bring the same files, instructions, bases and limits.
"""

from __future__ import annotations

from sandbox.engine.api import Api
from sandbox.engine.layers import CACHE
from sandbox.engine.packed import Packed
from sandbox.engine.stages import images_named
from sandbox.limits import Limits

# What a build is under beside its input. Raise it when builds of the same input come to give something else.
RULES = 2


def name_of_build(api: Api, context: Packed, dockerfile: str, limits: Limits) -> str:
    """ "assay/cache:<digest>" of a build's input: every file of its context, the Dockerfile, its bases, its limits."""
    bases = {name: (api.inspect_image(name) or {}).get("Id") for name in images_named(dockerfile)}
    return f"{CACHE}:{context.digest(RULES, dockerfile, bases, limits.to_json())}"
