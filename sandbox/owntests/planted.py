"""A fault planted in the code before its tests run again: tests that pass all the same do not look at what it does."""

from __future__ import annotations

import shlex
from pathlib import Path

import sandbox

PLANTED = "assay-planted "


def planting() -> str:
    """For sh: what plants the fault in the folder it stands in."""
    script = Path(sandbox.__file__).parent / "inside" / "plant.py"
    return f"python3 -c {shlex.quote(script.read_text())}; "


def planted_in(log: str) -> int:
    """How many functions got the fault; 0 when it could not be planted."""
    for line in log.splitlines():
        if line.startswith(PLANTED) and line[len(PLANTED) :].strip().isdigit():
            return int(line[len(PLANTED) :])
    return 0
