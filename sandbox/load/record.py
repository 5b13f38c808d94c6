"""What is known of this host: how fast its core is at best, and how much our load generator can send at most.

One JSON file in the cache folder, {"boot", "spins_ms", "spin_at", "ceilings": {scripts: requests a second}}; what was
measured before the machine was started again does not count. Seconds are those of the wall clock.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from sandbox.images.recipe import cache_folder

NAME = "load-host.json"
# A core may become slower for good (another machine below the same name): then its best is measured again.
STANDS_S = 24 * 3600.0
# Of thousands of spins the very fastest is an outlier, against which every ordinary one is slow: a core's best is what
# it has reached so many times.
FASTEST = 5


class HostRecord:
    """Read when it is made; written whenever something better or newer is known."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = (folder or cache_folder()) / NAME
        self._known = self._read()

    @property
    def spin_ms(self) -> float | None:
        """The best spin, None when nothing is known or it was too long ago."""
        return max(self._fastest(), default=None)

    def take_spin(self, milliseconds: float) -> float:
        """The best of what is known and this one: the slowest of the few fastest."""
        known = self._fastest()
        fastest = sorted([*known, milliseconds])[:FASTEST]
        if fastest != known:
            self._write({"spins_ms": fastest, "spin_at": self._known["spin_at"] if known else time.time()})
        return fastest[-1]

    def _fastest(self) -> list[float]:
        at, found = self._known.get("spin_at"), self._known.get("spins_ms")
        if not isinstance(at, int | float) or not 0 <= time.time() - at < STANDS_S or not isinstance(found, list):
            return []
        return [float(one) for one in found]

    def ceiling(self, scripts: str) -> float | None:
        """Requests a second of the generator of that digest, None when it was not measured."""
        found = (self._known.get("ceilings") or {}).get(scripts)
        return float(found) if isinstance(found, int | float) else None

    def take_ceiling(self, scripts: str, rps: float) -> None:
        """The most that was ever sent counts; what other scripts could is forgotten."""
        self._write({"ceilings": {scripts: max(rps, self.ceiling(scripts) or 0.0)}})

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) and found.get("boot") == _boot() else {}

    def _write(self, changes: dict[str, Any]) -> None:
        self._known = self._read() | changes | {"boot": _boot()}
        beside = self._path.with_name(f"{NAME}.{os.getpid()}")
        beside.write_text(json.dumps(self._known), encoding="utf-8")
        beside.replace(self._path)


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"
