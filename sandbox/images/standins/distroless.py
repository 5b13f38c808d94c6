"""Stand-in for Google's distroless images, in which final stages of compiled programs run: Debian with their users."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build
from sandbox.images.reference import Reference
from sandbox.images.standins import Offer, StandIn, debian, java

PLAIN = ("static", "base", "base-nossl", "cc")
JAVA = ("java17", "java21")
DEBIANS = ("", "-debian11", "-debian12", "-debian13")
# The user and the working directory of the tags that end with "nonroot".
USER = """\
FROM {base}
RUN groupadd --gid 65532 nonroot && useradd --uid 65532 --gid nonroot --create-home --shell /sbin/nologin nonroot
WORKDIR {place}
USER {user}
CMD {command}
ENTRYPOINT {entrypoint}
"""
_NAME = re.compile(r"distroless/(?P<kind>[a-z0-9-]+?)(?:-debian\d+)?$")


def offer(wanted: Reference) -> Offer | None:
    """Everything is there that the wanted image has; that a shell is there, too, is said."""
    matched = _NAME.search(wanted.path)
    kind = matched["kind"] if matched else ""
    if kind in PLAIN:
        base, entrypoint = debian.recipe(), "[]"
    elif kind in JAVA:
        base, entrypoint = java.jre(int(kind.removeprefix("java"))), '["java", "-jar"]'
    else:
        return None
    nonroot = "nonroot" in wanted.version
    return Offer(
        _recipe(kind, base, entrypoint, nonroot), f"distroless served by Debian {debian.RELEASE}, with a shell"
    )


def _recipe(kind: str, base: Recipe, entrypoint: str, nonroot: bool) -> Recipe:
    values = {
        "place": "/home/nonroot" if nonroot else "/",
        "user": "65532:65532" if nonroot else "0:0",
        "entrypoint": entrypoint,
        "command": "[]",
    }

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        return build(engine, folder, USER.format(base=base.reference, **values), reference)

    # The plain ones differ in what they leave out, and Debian leaves nothing out.
    name = f"distroless-{kind if kind in JAVA else 'plain'}"
    return Recipe(f"{name}-nonroot" if nonroot else name, (USER, *values.values()), make, base, base.injected_env)


STANDIN = StandIn(
    id="distroless",
    names=tuple(f"gcr.io/distroless/{kind}{suite}" for kind in (*PLAIN, *JAVA) for suite in DEBIANS),
    offer=offer,
    tags=("gcr.io/distroless/static-debian12:nonroot", "gcr.io/distroless/java17-debian12:latest"),
)
