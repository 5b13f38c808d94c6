"""Recipes that build one Dockerfile beside files of ours: scripts written in a recipe, or a server of `servers/`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build

SERVERS = Path(__file__).with_name("servers")


def scripted(name: str, dockerfile: str, base: Recipe, files: Mapping[str, str]) -> Recipe:
    """An image of `dockerfile`, in which {base} is the base's name, with `files` (path -> text) as its context."""

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        return build(engine, folder, dockerfile.format(base=base.reference), reference)

    ingredients = (dockerfile, *(part for path in sorted(files) for part in (path, files[path])))
    return Recipe(name, ingredients, make, base, base.injected_env)


def server(name: str) -> dict[str, str]:
    """The files of one of our own servers, below "server/"."""
    return {f"server/{path.name}": path.read_text() for path in sorted((SERVERS / name).glob("*.py"))}
