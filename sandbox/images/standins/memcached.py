"""Stand-in for `memcached`: Debian's server with the official image's user and command."""

from __future__ import annotations

from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian

VERSION = "1.6"
DOCKERFILE = """\
FROM {base}
RUN groupadd --system --gid 11211 memcache \\
 && useradd --system --uid 11211 --gid memcache --home-dir /nonexistent memcache \\
 && apt-get update && apt-get install -y --no-install-recommends memcached && rm -rf /var/lib/apt/lists/* \\
 && printf '#!/bin/sh\\ncase "$1" in -*) set -- memcached "$@" ;; esac\\nexec "$@"\\n' \\
 > /usr/local/bin/docker-entrypoint.sh && chmod 0755 /usr/local/bin/docker-entrypoint.sh && memcached --version
USER memcache
ENTRYPOINT ["docker-entrypoint.sh"]
EXPOSE 11211
CMD ["memcached"]
"""


def offer(wanted: Reference) -> Offer:
    """Serve any tag with Debian's version."""
    notes = []
    if wanted.version[0].isdigit() and not f"{wanted.version}.".startswith(("1.", "1-")):
        notes.append(f"version differs: memcached {wanted.version} wanted, {VERSION} served")
    if "alpine" in wanted.version:
        notes.append("Alpine tag served by Debian")
    return Offer(recipe(), "; ".join(notes))


def recipe() -> Recipe:
    """memcached for user 11211."""
    base = debian.recipe()

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        return build(engine, folder, DOCKERFILE.format(base=base.reference), reference)

    return Recipe(f"memcached-{VERSION}", (DOCKERFILE,), make, base, base.injected_env)


STANDIN = StandIn(id="memcached", names=("memcached",), offer=offer, tags=("memcached:1.6",))
