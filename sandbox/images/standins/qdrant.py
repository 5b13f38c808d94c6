"""Stand-in for `qdrant/qdrant`: no package of the registries carries its server, so one of ours speaks its REST.

What it answers is qdrant-client's own local mode. What it does not do is in `LACKS`, which every report that it served
says; see decision 18.
"""

from __future__ import annotations

from sandbox.images.recipe import Recipe
from sandbox.images.reference import Reference
from sandbox.images.scripted import scripted, server
from sandbox.images.standins import Offer, StandIn, python

MINOR = "3.12"
LACKS = (
    "Qdrant {version} served by a small server of this platform (qdrant-client's local mode, in memory): REST on 6333 "
    "alone, no gRPC, snapshots, index or quantisation, and its speed is not Qdrant's"
)
LAUNCH = "#!/bin/sh\nexec python3 -E -u /usr/local/lib/qdrant-stand-in/server.py\n"
DOCKERFILE = """\
FROM {base}
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore --no-compile \\
    qdrant-client==1.20.0 && python -c "import qdrant_client" && install -d /qdrant/storage
COPY server /usr/local/lib/qdrant-stand-in
COPY qdrant entrypoint.sh /qdrant/
RUN chmod 0755 /qdrant/qdrant /qdrant/entrypoint.sh
WORKDIR /qdrant
VOLUME /qdrant/storage
EXPOSE 6333 6334
CMD ["./entrypoint.sh"]
"""


def offer(wanted: Reference) -> Offer:
    """Serve any tag."""
    return Offer(recipe(), LACKS.format(version=wanted.version))


def recipe() -> Recipe:
    """The server on port 6333, open to the network of its pod."""
    return scripted(
        "qdrant-stand-in",
        DOCKERFILE,
        python.recipe(MINOR),
        server("qdrant") | {"qdrant": LAUNCH, "entrypoint.sh": LAUNCH},
    )


STANDIN = StandIn(
    id="qdrant",
    names=("qdrant/qdrant",),
    offer=offer,
    tags=("qdrant/qdrant:latest",),
)
