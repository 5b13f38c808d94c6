"""Finding one wanted image: one that was pulled before, the site's mirror, its registry, or a stand-in built here."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.engine import Engine, Image
from sandbox.faults import HostFault, TeamFault
from sandbox.images import registries
from sandbox.images.recipe import Say, ensure
from sandbox.images.reference import Reference, parse, refusal
from sandbox.images.standins import Offer, offer_for

How = Literal["pulled", "mirror", "stand-in"]


@dataclass(frozen=True)
class Base:
    """One base image of a build, as the report shows it.

    wanted  the name in the Dockerfile        used    the name that the build was given instead
    digest  "sha256:…", the registry's for a pulled image, the image's own id for a stand-in
    note    how the stand-in differs ("minor version differs: …"), or ""
    """

    wanted: str
    used: str
    digest: str
    how: How
    note: str = ""
    injected_env: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {"wanted": self.wanted, "used": self.used, "digest": self.digest, "how": self.how}
        return document | ({"note": self.note} if self.note else {})


def find(wanted: str, engine: Engine, say: Say, *, where: str | None = None) -> Base:
    """The image that serves `wanted`. `where` is "file:line" for the faults.

    TeamFault: the name is not one, may not be used, or its registry says that there is no such image.
    HostFault("image_unavailable"): nobody could be asked and nothing here stands in for it.
    """
    reference = _read(wanted, where)
    if base := _pulled_before(wanted, reference, engine):
        return _without_triggers(base, engine, where)
    absent = ""
    for how, name in _sources(reference):
        try:
            image = registries.pull(name, engine, say)
        except registries.Unreachable:
            continue
        except registries.NoSuchImage as error:
            absent = absent or error.detail
            continue
        return _without_triggers(_from_registry(wanted, name, image, how), engine, where)
    if offer := offer_for(reference):
        return _stand_in(wanted, offer, engine, say)
    if absent:
        raise TeamFault(
            "base_image_not_found",
            f"There is no image {reference}",
            detail=absent,
            fix="Check the name and the tag; the registry answered that it does not exist or is private.",
            where=where,
        )
    raise HostFault(
        "image_unavailable",
        f"The base image {reference} could not be had",
        detail="No registry could be reached from here, and this platform builds no stand-in for that image.",
        fix=f"Give the engine a registry, set ASSAY_MIRROR to one that has {reference}, or pull it by hand.",
        where=where,
    )


def _read(wanted: str, where: str | None) -> Reference:
    try:
        reference = parse(wanted)
    except ValueError as error:
        raise TeamFault(
            "base_image_invalid",
            "The name of a base image is not valid",
            detail=f"{wanted[:200]!r}: {error}",
            fix="Write it as name:tag, for example python:3.12-slim.",
            where=where,
        ) from None
    if why := refusal(reference):
        raise TeamFault(
            "base_image_refused",
            f"The base image {reference} may not be used",
            detail=why,
            fix="Build on a public image, for example python:3.12-slim.",
            where=where,
        )
    return reference


def _sources(reference: Reference) -> list[tuple[How, str]]:
    """Names to ask for in order: at the mirror (for images of the default registry), then at the registry itself."""
    mirror = os.environ.get("ASSAY_MIRROR", "").rstrip("/")
    tail = reference.path + (f":{reference.tag}" if reference.tag else "")
    tail += f"@{reference.digest}" if reference.digest else ("" if reference.tag else ":latest")
    at_mirror: list[tuple[How, str]] = (
        [("mirror", f"{mirror}/{tail}")] if mirror and reference.on_default_registry else []
    )
    return [*at_mirror, ("pulled", str(reference) if reference.tag or reference.digest else f"{reference}:latest")]


def _pulled_before(wanted: str, reference: Reference, engine: Engine) -> Base | None:
    """A local image that came from a registry under that very name; never one that was merely built here."""
    for how, name in _sources(reference):
        image = engine.image(name)
        if image is not None and (digest := _registry_digest(name, image)):
            return Base(wanted, digest, digest.rpartition("@")[2], how)
    return None


def _from_registry(wanted: str, name: str, image: Image, how: How) -> Base:
    digest = _registry_digest(name, image)
    return Base(wanted, digest or name, digest.rpartition("@")[2] or image.id, how)


def _registry_digest(name: str, image: Image) -> str:
    """The "repository@sha256:…" under which the registry named here gave the image, or ""."""
    repository = str(_without_version(name))
    for digest in image.config.get("repo_digests", ()):
        if digest.rpartition("@")[0] == repository:
            return str(digest)
    return ""


def _without_version(name: str) -> str:
    name = name.partition("@")[0]
    head, _, last = name.rpartition("/")
    return (f"{head}/" if head else "") + last.partition(":")[0]


def _without_triggers(base: Base, engine: Engine, where: str | None) -> Base:
    """Refuse an image with ONBUILD: its instructions would run in the build without ever being read here."""
    image = engine.image(base.used)
    if image is not None and image.config.get("onbuild"):
        raise TeamFault(
            "base_image_refused",
            f"The base image {base.wanted} may not be used",
            detail="It carries ONBUILD instructions, which would run unseen in the build.",
            fix="Build on the same image without ONBUILD, and write its instructions into the Dockerfile.",
            where=where,
        )
    return base


def _stand_in(wanted: str, offer: Offer, engine: Engine, say: Say) -> Base:
    image = ensure(offer.recipe, engine, say)
    pinned = "the pinned digest could not be honoured" if "@" in wanted else ""
    note = "; ".join(part for part in (offer.note, pinned) if part)
    say(f"{wanted}: served by {offer.recipe.reference}" + (f" ({note})" if note else ""))
    return Base(wanted, offer.recipe.reference, image.id, "stand-in", note, offer.recipe.injected_env)
