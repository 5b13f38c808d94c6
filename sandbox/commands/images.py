"""List the base images that can be had here, and build some of them."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from sandbox.engine import Engine
from sandbox.engine.docker import DockerEngine
from sandbox.faults import HostFault
from sandbox.images import find
from sandbox.images.recipe import Recipe
from sandbox.images.reference import parse
from sandbox.images.standins import all_standins, offer_for
from sandbox.images.tools import ensure_tools

TOOLS = "tools"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--build", nargs="+", default=[], metavar="NAME", help="tools, or an image such as python:3.12-slim"
    )
    parser.add_argument("--json", action="store_true", help="print the list as JSON")


def main(given: argparse.Namespace) -> int:
    """Rows {wanted, used, how, here, image_bytes, note, seconds}. Exit status 0; the faults are the caller's."""
    with DockerEngine() as engine:
        rows = [_build(name, engine) for name in given.build] if given.build else _available(engine)
    if given.json:
        json.dump(rows, sys.stdout, indent=2)
        print()
    else:
        print("\n".join(_line(row) for row in rows))
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _build(name: str, engine: Engine) -> dict[str, Any]:
    """Make sure of one image."""
    clock = time.monotonic()
    if name == TOOLS:
        image = ensure_tools(engine, _say)
        row: dict[str, Any] = {"wanted": TOOLS, "used": image.id, "how": "stand-in", "note": ""}
    else:
        base = find(name, engine, _say)
        found = engine.image(base.used)
        if found is None:
            raise HostFault("image_unavailable", f"{base.used} was removed while it was being used", fix="Try again.")
        image = found
        row = {"note": "", **base.to_json()}
    return row | {"here": True, "image_bytes": image.bytes, "seconds": round(time.monotonic() - clock, 1)}


def _available(engine: Engine) -> list[dict[str, Any]]:
    """Every stand-in that this machine can serve, whether it is built already or would be on demand."""
    rows = []
    for name in (name for kind in all_standins() for name in kind.listed()):
        offer = offer_for(parse(name))
        if offer is not None:
            rows.append(_row(name, offer.recipe, offer.note, engine))
    return rows


def _row(name: str, recipe: Recipe, note: str, engine: Engine) -> dict[str, Any]:
    image = engine.image(recipe.reference)
    return {
        "wanted": name,
        "used": recipe.reference,
        "how": "stand-in",
        "note": note,
        "here": image is not None,
        "image_bytes": image.bytes if image else None,
        "seconds": None,
    }


def _line(row: dict[str, Any]) -> str:
    size = f"{row['image_bytes'] / 1e6:6.0f} MB" if row["image_bytes"] else "on demand"
    took = f"  {row['seconds']:.1f} s" if row["seconds"] is not None else ""
    note = f"  ({row['note']})" if row["note"] else ""
    return f"{row['wanted']:<28} {row['how']:<9} {size:>9}{took}{note}"
