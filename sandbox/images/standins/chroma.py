"""Stand-in for `chromadb/chroma`: the server that its Python wheel carries, the same program as in the image."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, python

NEWEST = "1.5.9"
MINOR = "3.12"
# Compose files that were written for 0.x say `uvicorn chromadb.app:app …`; the server has other words now.
LAUNCH = """\
#!/usr/local/bin/python3
import sys

import chromadb_rust_bindings

words = sys.argv[1:]
if words[:1] == ["chroma"]:
    words = words[1:]
if words[:1] != ["run"]:
    words = ["run", "--host", "0.0.0.0", "--port", "8000", "--path", "/data"]
chromadb_rust_bindings.cli(["chroma", *words])
"""
SETTINGS = 'persist_path: "/data"\nlisten_address: "0.0.0.0"\nport: 8000\nallow_reset: true\n'
DOCKERFILE = """\
FROM {base}
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore --no-deps --no-compile \\
    chromadb=={release} && rm -rf /usr/local/lib/python{minor}/site-packages/chromadb \\
 && useradd --system --uid 1000 --home-dir /data chroma && install -d -o chroma /data
COPY chroma /usr/local/bin/chroma
COPY config.yaml /config.yaml
RUN chmod 0755 /usr/local/bin/chroma && python -c "import chromadb_rust_bindings"
VOLUME /data
WORKDIR /data
USER chroma
ENTRYPOINT ["chroma"]
EXPOSE 8000
CMD ["run", "/config.yaml"]
"""
_TAG = re.compile(r"v?(1\.\d+\.\d+)")


def offer(wanted: Reference) -> Offer | None:
    """Release 1 and later; 0.x spoke another API, which nothing here does."""
    if wanted.version == "latest":
        return Offer(recipe(NEWEST))
    matched = _TAG.fullmatch(wanted.version)
    return Offer(recipe(matched[1])) if matched else None


def recipe(release: str) -> Recipe:
    """One release of the server on the Python stand-in, with its data in /data."""
    base = python.recipe(MINOR)

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        (folder / "chroma").write_text(LAUNCH)
        (folder / "config.yaml").write_text(SETTINGS)
        text = DOCKERFILE.format(base=base.reference, release=release, minor=MINOR)
        return build(engine, folder, text, reference)

    return Recipe(f"chroma-{release}", (DOCKERFILE, LAUNCH, SETTINGS, release), make, base, base.injected_env)


STANDIN = StandIn(id="chroma", names=("chromadb/chroma",), offer=offer, tags=("chromadb/chroma:latest",))
