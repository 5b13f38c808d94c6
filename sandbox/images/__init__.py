"""Base images: which image a Dockerfile gets for each one that it wants, and how that was decided."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox import dockerfile as dockerfiles
from sandbox.engine import Engine
from sandbox.faults import TeamFault
from sandbox.images.recipe import Say, silent
from sandbox.images.resolution import Base, find

__all__ = ["Base", "Resolved", "find", "resolve"]


@dataclass(frozen=True)
class Resolved:
    """A Dockerfile that names only images which are here, with the substitutions for the report.

    injected_env lists the environment variables that stand-ins bring ("SSL_CERT_FILE"): they stay in the built
    image and count neither for nor against the team.
    """

    dockerfile: str
    bases: tuple[Base, ...]
    injected_env: tuple[str, ...]


def resolve(dockerfile: str, engine: Engine, say: Say = silent) -> Resolved:
    """Find every wanted image and name it in the text.

    TeamFault: the Dockerfile cannot be read, needs BuildKit, or wants an image that no registry has or nobody may use.
    HostFault("image_unavailable"): an image could not be had here.
    """
    parsed = dockerfiles.parse(dockerfile)
    if newer := parsed.buildkit_only():
        raise TeamFault(
            "needs_buildkit",
            "The Dockerfile uses what only BuildKit understands",
            detail="\n".join(f"Line {one.line}: {one.what}" for one in newer),
            fix="Write the step in the classic form: files by COPY, and their mode by chmod in a RUN.",
            where=f"Dockerfile:{newer[0].line}",
        )
    for one in parsed.dropped():
        say(f"line {one.line}: {one.what} is left to the classic builder's own way; the result is the same")
    bases = {
        wanted.reference: find(wanted.reference, engine, say, where=f"Dockerfile:{wanted.line}")
        for wanted in parsed.base_images()
    }
    text = parsed.rewrite({reference: base.used for reference, base in bases.items()})
    injected = dict.fromkeys(name for base in bases.values() for name in base.injected_env)
    return Resolved(text, tuple(bases.values()), tuple(injected))
