"""Stand-in for uv's image, from which Dockerfiles copy the program: the program of its package on PyPI."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build
from sandbox.images.reference import Reference, parse
from sandbox.images.standins import Offer, StandIn, python

INSTALL = "pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore"
# The image itself has nothing but the two programs in its root.
BARE = """\
FROM {base} AS made
RUN {install} --target /made '{package}'
FROM scratch
COPY --from=made /made/bin/uv /made/bin/uvx /
WORKDIR /io
ENTRYPOINT ["/uv"]
"""
ON_PYTHON = """\
FROM {base}
RUN {install} '{package}' && uv --version
ENV UV_TOOL_BIN_DIR="/usr/local/bin"
CMD ["/usr/local/bin/uv"]
"""
_TAG = re.compile(
    r"(?P<version>\d+\.\d+(?:\.\d+)?)?(?:latest)?-?(?:python(?P<python>[\w.-]+)|(?P<system>[a-z][\w.-]*))?"
)


def offer(wanted: Reference) -> Offer | None:
    """The version that the tag names, else the newest; "0.5-python3.12-bookworm-slim" is Python's own with uv in it."""
    matched = _TAG.fullmatch(wanted.version)
    if matched is None:
        return None
    version = matched["version"] or ""
    exact = f"=={version}" if version.count(".") == 2 else f"=={version}.*" if version else ""
    if not matched["python"] and not matched["system"]:
        return Offer(_recipe(f"uv-{version or 'newest'}", BARE, f"uv{exact}", python.recipe(python.minors()[-1])))
    under = python.offer(parse(f"python:{matched['python'] or matched['system']}"))
    if under is None:
        return None
    name = f"uv-{version or 'newest'}-{under.recipe.name}"
    return Offer(_recipe(name, ON_PYTHON, f"uv{exact}", under.recipe), under.note)


def _recipe(name: str, text: str, package: str, base: Recipe) -> Recipe:
    def make(engine: Engine, folder: Path, reference: str) -> Image:
        return build(engine, folder, text.format(base=base.reference, install=INSTALL, package=package), reference)

    return Recipe(name, (text, INSTALL, package), make, base, () if text is BARE else base.injected_env)


STANDIN = StandIn(
    id="uv",
    names=("ghcr.io/astral-sh/uv", "astral/uv"),
    offer=offer,
    tags=("ghcr.io/astral-sh/uv:latest",),
)
