"""Stand-in for `caddy`: Debian's server with the folders, variables and command of the official image."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian
from sandbox.images.standins.alpine import with_alpine_commands

VERSION = "2.6"
DOCKERFILE = """\
FROM {base}
RUN apt-get update && apt-get install -y --no-install-recommends caddy curl && rm -rf /var/lib/apt/lists/* \\
 && mkdir -p /config/caddy /data/caddy /srv \\
 && printf ':80 {{\\n\\troot * /usr/share/caddy\\n\\tfile_server\\n}}\\n' > /etc/caddy/Caddyfile \\
 && caddy validate --config /etc/caddy/Caddyfile --adapter caddyfile
ENV XDG_CONFIG_HOME="/config" XDG_DATA_HOME="/data"
EXPOSE 80 443 443/udp 2019
WORKDIR /srv
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
"""
_ANY = re.compile(r"^(?:latest|alpine|2(?=$|-))")


def offer(wanted: Reference) -> Offer | None:
    """Serve tags of caddy 2 but the one that builds caddy itself."""
    if wanted.version.startswith("1") or "builder" in wanted.version or "windows" in wanted.version:
        return None
    notes = []
    if not _ANY.match(wanted.version) and not wanted.version.startswith(VERSION):
        notes.append(f"version differs: caddy {wanted.version} wanted, {VERSION} served")
    if "alpine" in wanted.version:
        notes.append("Alpine tag served by Debian")
    return Offer(with_alpine_commands(recipe()) if "alpine" in wanted.version else recipe(), "; ".join(notes))


def recipe() -> Recipe:
    """Debian's caddy with /etc/caddy/Caddyfile, /srv and port 80."""
    base = debian.recipe()

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        return build(engine, folder, DOCKERFILE.format(base=base.reference), reference)

    return Recipe(f"caddy-{VERSION}", (DOCKERFILE,), make, base, base.injected_env)


STANDIN = StandIn(id="caddy", names=("caddy",), tags=("caddy:latest", "caddy:alpine"), offer=offer)
