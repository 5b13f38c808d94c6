"""The image that attempts run in: our tools, as a team's image would be: root, with a volume and a setuid program."""

from __future__ import annotations

from pathlib import Path

from sandbox.engine import Engine, Image
from sandbox.images.recipe import Recipe, build, ensure, silent

VOLUME = "/assay-volume"
SETUID = "/assay-setuid-id"
COMMAND = ("python3", "-I", "/assay/inside/escape.py")
DOCKERFILE = f"""\
FROM {{tools}}
USER 0
RUN cp /usr/bin/id {SETUID} && chmod 4755 {SETUID}
VOLUME {VOLUME}
"""


def ensure_image(engine: Engine, tools: Image) -> Image:
    """Built in a second or two when the tools are new, and kept."""
    text = DOCKERFILE.format(tools=tools.id)

    def make(engine: Engine, folder: Path, reference: str) -> Image:
        return build(engine, folder, text, reference)

    return ensure(Recipe("escape", (text,), make), engine, silent)
