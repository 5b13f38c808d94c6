"""Stand-in for `rabbitmq`: Debian's server with the official image's variables, user and command."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian

VERSION = "3.10"
# Two schedulers: one a core of the host would be more threads than a service may have.
ENTRYPOINT = """\
#!/bin/sh
# RABBITMQ_DEFAULT_*, by themselves or by the file that they name, into the server's own settings.
set -e
if [ "$1" != rabbitmq-server ]; then exec "$@"; fi
settings=/etc/rabbitmq/conf.d/10-defaults.conf
echo "loopback_users.guest = false" > "$settings"
for name in USER PASS VHOST; do
  eval "value=\\${RABBITMQ_DEFAULT_$name:-} file=\\${RABBITMQ_DEFAULT_${name}_FILE:-}"
  if [ -n "$file" ]; then value=$(cat "$file"); fi
  if [ -n "$value" ]; then
    echo "default_$(echo "$name" | tr A-Z a-z) = $value" >> "$settings"
  fi
done
exec "$@"
"""
DOCKERFILE = """\
FROM {base}
RUN groupadd --system --gid 999 rabbitmq \\
 && useradd --system --uid 999 --gid rabbitmq --home-dir /var/lib/rabbitmq rabbitmq \\
 && apt-get update && apt-get install -y --no-install-recommends rabbitmq-server && rm -rf /var/lib/apt/lists/* \\
 && rm -rf /var/lib/rabbitmq /etc/rabbitmq \\
 && install -d -o rabbitmq -g rabbitmq /var/lib/rabbitmq /var/log/rabbitmq /etc/rabbitmq /etc/rabbitmq/conf.d \\
 && echo '[{plugins}].' > /etc/rabbitmq/enabled_plugins && chown rabbitmq /etc/rabbitmq/enabled_plugins
COPY docker-entrypoint.sh /usr/local/bin/
RUN chmod 0755 /usr/local/bin/docker-entrypoint.sh
ENV PATH="/usr/lib/rabbitmq/bin:{path}" HOME="/var/lib/rabbitmq" LANG="C.UTF-8" RABBITMQ_LOGS="-" \\
    RABBITMQ_NODENAME="rabbit@localhost" RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 2:2"
VOLUME /var/lib/rabbitmq
USER rabbitmq
ENTRYPOINT ["docker-entrypoint.sh"]
EXPOSE 5672
CMD ["rabbitmq-server"]
"""
_ANY = re.compile(r"(?:latest|management|alpine|3(?:$|-)|3\.10(?:\D|$))")


def offer(wanted: Reference) -> Offer:
    """Serve any tag with Debian's version; the management tags with their page."""
    notes = []
    if not _ANY.match(wanted.version):
        notes.append(f"version differs: RabbitMQ {wanted.version} wanted, {VERSION} served")
    if "alpine" in wanted.version:
        notes.append("Alpine tag served by Debian")
    return Offer(recipe(management="management" in wanted.version), "; ".join(notes))


def recipe(*, management: bool = False) -> Recipe:
    """RabbitMQ for user 999, with its management page where the tag has it."""
    base = debian.recipe()
    plugins = "rabbitmq_management,rabbitmq_prometheus" if management else "rabbitmq_prometheus"

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        (folder / "docker-entrypoint.sh").write_text(ENTRYPOINT)
        text = DOCKERFILE.format(base=base.reference, path=debian.PATH, plugins=plugins)
        return build(engine, folder, text, reference)

    name = f"rabbitmq-{VERSION}" + ("-management" if management else "")
    return Recipe(name, (DOCKERFILE, ENTRYPOINT, plugins), make, base, base.injected_env)


STANDIN = StandIn(
    id="rabbitmq", names=("rabbitmq",), offer=offer, tags=("rabbitmq:3", "rabbitmq:3-management", "rabbitmq:latest")
)
