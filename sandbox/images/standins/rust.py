"""Stand-in for `rust`: Debian's current compiler, which builds what was written for an older one."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian
from sandbox.images.standins.alpine import with_alpine_commands

# Debian keeps a second compiler current in its stable release, for the browsers that are built there.
PACKAGES = ("rustc-web", "cargo-web", "libc6-dev", "gcc")
DOCKERFILE = f"""\
FROM {{base}}
ENV CARGO_HOME="/usr/local/cargo" PATH="/usr/local/cargo/bin:{debian.PATH}"
RUN apt-get update && apt-get install -y --no-install-recommends {{packages}} && rm -rf /var/lib/apt/lists/* \\
 && mkdir -p /usr/local/cargo/bin && chmod -R a+w /usr/local/cargo && rustc --version && cargo --version
CMD ["bash"]
"""
_TAG = re.compile(r"(?P<version>1(?:\.\d+){0,2})?-?(?P<rest>[a-z0-9.-]*)")


def offer(wanted: Reference) -> Offer | None:
    """Any release: the compiler keeps reading every edition. Nightly features are another language."""
    tag = wanted.version.removeprefix("latest")
    matched = _TAG.fullmatch(tag)
    if matched is None or any(word in tag for word in ("nightly", "windowsservercore", "nanoserver")):
        return None
    version, rest = matched["version"] or "1", matched["rest"]
    notes = [] if version == "1" else [f"minor version differs: Rust {version} wanted, Debian's current one served"]
    if "alpine" in rest:
        notes.append("Alpine tag served by Debian")
        return Offer(with_alpine_commands(recipe()), "; ".join(notes))
    return Offer(recipe() if "slim" in rest else full(), "; ".join(notes))


def recipe() -> Recipe:
    """The compiler, cargo and a linker."""
    base, packages = debian.recipe(), " ".join(PACKAGES)

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        return build(engine, folder, DOCKERFILE.format(base=base.reference, packages=packages), reference)

    return Recipe("rust-slim", (DOCKERFILE, packages), make, base, base.injected_env)


def full() -> Recipe:
    """The same with the headers that crates around C libraries build against."""
    return debian.with_compilers(recipe(), "rust-full", ("cmake",))


STANDIN = StandIn(id="rust", names=("rust",), offer=offer, tags=("rust:1-slim", "rust:1-alpine", "rust:1"))
