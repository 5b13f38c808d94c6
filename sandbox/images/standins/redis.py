"""Stand-in for `redis` and `valkey`: Debian's server with the official image's user, folder and command."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian

VERSION = "7.0"
# What the official entrypoint does: options alone are the server's, and no password means open to the network.
ENTRYPOINT = """\
#!/bin/sh
set -e
case "$1" in
  -*|*.conf) set -- redis-server "$@" ;;
  valkey-server) shift; set -- redis-server "$@" ;;
esac
if [ "$1" = redis-server ]; then
  case " $* " in
    *" --protected-mode "*) ;;
    *) set -- "$@" --protected-mode no ;;
  esac
fi
exec "$@"
"""
DOCKERFILE = """\
FROM {base}
RUN groupadd --system --gid 999 redis && useradd --system --uid 999 --gid redis --home-dir /data redis \\
 && useradd --non-unique --uid 999 --gid redis --home-dir /data valkey \\
 && apt-get update && apt-get install -y --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/* \\
 && ln -s redis-server /usr/bin/valkey-server && ln -s redis-cli /usr/bin/valkey-cli \\
 && install -d -o redis -g redis /data
COPY docker-entrypoint.sh /usr/local/bin/
RUN chmod 0755 /usr/local/bin/docker-entrypoint.sh && redis-server --version
ENV REDIS_VERSION="{version}"
VOLUME /data
WORKDIR /data
USER redis
ENTRYPOINT ["docker-entrypoint.sh"]
EXPOSE 6379
CMD ["redis-server"]
"""
_ANY = re.compile(r"(?:latest|alpine|bookworm|bullseye|trixie|7(?:$|-))")


def offer(wanted: Reference) -> Offer:
    """Serve any tag with Debian's version, which the note names unless the tag leaves the version open."""
    notes = []
    if wanted.name == "valkey/valkey":
        notes.append(f"Valkey served by Redis {VERSION}, from which it was forked")
    elif not _ANY.match(wanted.version) and not wanted.version.startswith(f"{VERSION}."):
        kind = "minor" if wanted.version.startswith("7.") else "major"
        notes.append(f"{kind} version differs: Redis {wanted.version} wanted, {VERSION} served")
    if "alpine" in wanted.version:
        notes.append("Alpine tag served by Debian")
    return Offer(recipe(), "; ".join(notes))


def recipe() -> Recipe:
    """Redis for user 999, with its data in /data and open to the network of its pod."""
    base = debian.recipe()

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        (folder / "docker-entrypoint.sh").write_text(ENTRYPOINT)
        return build(engine, folder, DOCKERFILE.format(base=base.reference, version=VERSION), reference)

    return Recipe(f"redis-{VERSION}", (DOCKERFILE, ENTRYPOINT), make, base, base.injected_env)


STANDIN = StandIn(
    id="redis", names=("redis", "valkey/valkey"), offer=offer, tags=("redis:7", "redis:7-alpine", "valkey/valkey:8")
)
