"""Recipes: how a stand-in base image is made once, named after everything that its content depends on."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.engine import BuildFailed, Engine, Image
from sandbox.engine.owner import temporary_prefix
from sandbox.faults import HostFault, TeamFault
from sandbox.limits import Limits

Say = Callable[[str], None]


def silent(_text: str) -> None:
    """A Say for those who do not listen."""


# (engine, an empty folder to work in, the reference to give the result) -> the image
Make = Callable[[Engine, Path, str], Image]
HASH_CHARACTERS = 12


@dataclass(frozen=True)
class Recipe:
    """One image. `ingredients` is everything but the base that decides the content; a change gives a new name.

    injected_env lists the environment variables that the image brings and the image it stands for would not.
    """

    name: str
    ingredients: tuple[str, ...]
    make: Make
    base: Recipe | None = None
    injected_env: tuple[str, ...] = ()
    repository: str = ""

    @property
    def digest(self) -> str:
        """The first 12 hexadecimal digits of the SHA-256 over the ingredients and the base's own."""
        parts = (self.name, *self.ingredients, self.base.digest if self.base else "")
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:HASH_CHARACTERS]

    @property
    def reference(self) -> str:
        """The image's name: `assay/base:<kind>-<version>-<recipe hash>`, or `<repository>:<recipe hash>`."""
        return f"{self.repository}:{self.digest}" if self.repository else f"assay/base:{self.name}-{self.digest}"

    def lineage(self) -> Iterator[Recipe]:
        """This recipe and those below it, topmost first."""
        recipe: Recipe | None = self
        while recipe:
            yield recipe
            recipe = recipe.base


def ensure(recipe: Recipe, engine: Engine, say: Say) -> Image:
    """The recipe's image, made now unless the engine has it. Two processes never make the same one at once.

    Raises HostFault: whatever fails here is this machine's doing, never the team's.
    """
    if found := engine.image(recipe.reference):
        return found
    with _lock(recipe.reference):
        if found := engine.image(recipe.reference):  # made by the process that we waited for
            return found
        if recipe.base:
            ensure(recipe.base, engine, say)
        say(f"building the image {recipe.name} here, once")
        clock = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=temporary_prefix("image")) as folder:
            try:
                image = recipe.make(engine, Path(folder), recipe.reference)
            except (BuildFailed, TeamFault) as error:
                raise HostFault(
                    "image_unavailable",
                    f"The image {recipe.name} could not be built on this machine",
                    detail=error.log if isinstance(error, BuildFailed) else f"{error.title}\n{error.detail}",
                    fix="Read the end of the log; a package index that cannot be reached is the usual cause.",
                ) from error
        say(f"built the image {recipe.name} in {time.monotonic() - clock:.0f} s")
        return image


def build(engine: Engine, context: Path, dockerfile: str, reference: str) -> Image:
    """Build one of the platform's own Dockerfiles under the default limits."""
    labels = {"assay.image": reference}
    image, _ = engine.build(context, dockerfile, reference=reference, labels=labels, limits=Limits(), trusted=True)
    return image


def cache_folder() -> Path:
    """ASSAY_CACHE, else $XDG_CACHE_HOME/assay, else ~/.cache/assay; made if it is not there."""
    given = os.environ.get("ASSAY_CACHE")
    folder = Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "assay"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HostFault(
            "cache_unwritable",
            f"The cache folder {folder} cannot be made",
            detail=str(error),
            fix="Set ASSAY_CACHE to a folder that this user may write to.",
        ) from error
    return folder


@contextmanager
def _lock(reference: str) -> Iterator[None]:
    """Hold the machine-wide lock of one image; the kernel releases it when the process dies."""
    name = hashlib.sha256(reference.encode()).hexdigest()[:HASH_CHARACTERS]
    with (cache_folder() / f"image-{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
