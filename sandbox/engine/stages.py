"""Which images a Dockerfile names, so that a build never makes the engine ask a registry on its own.

The resolver has put images of this machine into every FROM before a build; this is the engine's own check of that.
"""

from __future__ import annotations

import re

_FROM = re.compile(r"FROM(?:\s+--\S+)*\s+(\S+)(?:\s+AS\s+(\S+))?\s*$", re.IGNORECASE)
_COPY = re.compile(r"(?:COPY|ADD)\s+(?:--\S+\s+)*?--from=(\S+)", re.IGNORECASE)


def images_named(dockerfile: str) -> list[str]:
    """Images of FROM and COPY --from that are no stage of this file, in order. Names with a variable are left out."""
    stages: list[str] = []
    images: list[str] = []
    count = 0
    for line in _instructions(dockerfile):
        if found := _FROM.match(line):
            name, stage = found[1], found[2]
            count += 1
            _name(images, name, stages)
            stages.append((stage or "").lower())
        elif (found := _COPY.match(line)) and not (found[1].isdigit() and int(found[1]) < count):
            _name(images, found[1], stages)
    return images


def _name(images: list[str], name: str, stages: list[str]) -> None:
    if name.lower() not in (*stages, "scratch") and "$" not in name and name not in images:
        images.append(name)


def _instructions(dockerfile: str) -> list[str]:
    """Instructions as one line each: comments out, continued lines joined, under the file's own escape character."""
    escape = "`" if re.match(r"\s*#\s*escape\s*=\s*`", dockerfile, re.IGNORECASE) else "\\"
    joined, part = [], ""
    for raw in dockerfile.lstrip("\ufeff").splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.endswith(escape):
            part += line[:-1] + " "
            continue
        joined.append(part + line)
        part = ""
    return [*joined, part] if part else joined
