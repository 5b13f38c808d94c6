"""Does it listen where PORT says, and does a second copy beside the first answer alike?"""

from __future__ import annotations

from typing import Any

from sandbox.asking import fetch, get
from sandbox.probes import Probe, Target
from sandbox.resilience.beside import second_copy
from sandbox.resilience.roundtrip import write

COMPARED = 6


def gather(target: Target) -> dict[str, Any]:
    """{port, listens, why, ready_after_s, compared, different: [{path, first, second}], shared}.

    A second container of the same image runs beside the first, told another port by PORT. `shared` is whether what was
    written to the second is shown by the first; None when nothing can be written and read back.
    """
    with second_copy(target) as seen:
        looked = not seen["why"]
        return seen | (_compared(target, seen["port"]) if looked else {"compared": 0, "different": [], "shared": None})


def _compared(target: Target, port: int) -> dict[str, Any]:
    rows = target.seen.get("scenario", {}).get("requests", [])
    paths = [get(row["path"]) for row in rows if row["method"] == "GET" and row.get("shape")][:COMPARED]
    pairs = zip(fetch(target, paths), fetch(target, paths, port=port), strict=True) if paths else []
    different = [
        {"path": asked["path"], "first": first["shape"], "second": second["shape"]}
        for asked, (first, second) in zip(paths, pairs, strict=True)
        if first["shape"] != second["shape"]
    ]
    written = write(target, port)
    return {
        "compared": len(paths),
        "different": different,
        "shared": written.is_shown(target) if written else None,
    }


PROBE = Probe("replica", 1, 86, "service", "Does a second copy on another port answer alike?", gather)
