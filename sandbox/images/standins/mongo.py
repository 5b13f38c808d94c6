"""Stand-in for `mongo`: no package of the registries carries mongod, so a small server of ours speaks its protocol.

Its queries are mongomock's, its documents PyMongo's BSON. What it does not do is in `LACKS`, which every report that
it served says; see decision 18.
"""

from __future__ import annotations

from sandbox.images.recipe import Recipe
from sandbox.images.reference import Reference
from sandbox.images.scripted import scripted, server
from sandbox.images.standins import Offer, StandIn, python

MINOR = "3.12"
LACKS = (
    "MongoDB {version} served by a small server of this platform (queries by mongomock, in memory): no transactions, "
    "change streams, text or geo search, validators, collations, array filters or mongosh, first scripts are not run, "
    "and its speed is not MongoDB's"
)
LAUNCH = '#!/bin/sh\nexec python3 -E -u /usr/local/lib/mongo-stand-in/server.py "$@"\n'
ENTRYPOINT = '#!/bin/sh\ncase "$1" in\n  -*|"") set -- mongod "$@" ;;\nesac\nexec "$@"\n'
DOCKERFILE = """\
FROM {base}
RUN groupadd --system --gid 999 mongodb && useradd --system --uid 999 --gid mongodb --home-dir /data/db mongodb \\
 && pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore --no-compile \\
    mongomock==4.3.0 pymongo==4.20.0 \\
 && install -d -o mongodb -g mongodb /data/db /data/configdb /docker-entrypoint-initdb.d
COPY server /usr/local/lib/mongo-stand-in
COPY mongod docker-entrypoint.sh /usr/local/bin/
RUN chmod 0755 /usr/local/bin/mongod /usr/local/bin/docker-entrypoint.sh && mongod --help
VOLUME /data/db /data/configdb
ENTRYPOINT ["docker-entrypoint.sh"]
EXPOSE 27017
CMD ["mongod"]
"""


def offer(wanted: Reference) -> Offer | None:
    """Serve any tag of a MongoDB for Linux."""
    if "windows" in wanted.version or "nanoserver" in wanted.version:
        return None
    return Offer(recipe(), LACKS.format(version=wanted.version))


def recipe() -> Recipe:
    """The server for user 999, open to the network of its pod."""
    files = server("mongo") | {"mongod": LAUNCH, "docker-entrypoint.sh": ENTRYPOINT}
    return scripted("mongo-stand-in", DOCKERFILE, python.recipe(MINOR), files)


STANDIN = StandIn(
    id="mongo",
    names=("mongo", "mongodb/mongodb-community-server"),
    offer=offer,
    tags=("mongo:7", "mongo:latest"),
)
