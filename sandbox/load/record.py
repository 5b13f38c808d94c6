"""What is known of this host: how fast its core is at best and was just now, and what our load generator can send.

One JSON file in the cache folder, {"boot", "spins": [[at, milliseconds]], "ceilings": {scripts: {"rps", "quiet"}}};
what was measured before the machine was started again does not count. `at` is in seconds of the wall clock.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.images.recipe import cache_folder

NAME = "load-host.json"
# A core may become slower for good (another machine below the same name): then its best is measured again.
STANDS_S = 24 * 3600.0
# A virtual core's speed changes with what runs beside it, and then stays for minutes or hours.
JUST_NOW_S = 300.0
# Of thousands of spins the very fastest is an outlier, against which every ordinary one is slow: a core's best is what
# it has reached so many times.
FASTEST = 5


@dataclass(frozen=True)
class Best:
    """Milliseconds of a fixed loop: the best of the day and that of the last minutes."""

    day_ms: float
    recent_ms: float


@dataclass(frozen=True)
class Ceiling:
    """Requests a second that our generator can send, and whether the host was quiet when that was measured."""

    rps: float
    quiet: bool


class HostRecord:
    """Read when it is made; written whenever something is measured. `clock` gives the wall clock's seconds."""

    def __init__(self, folder: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._path, self._clock = (folder or cache_folder()) / NAME, clock
        self._known = self._read()

    @property
    def best(self) -> Best | None:
        """None when nothing is known or it was too long ago."""
        spins = self._spins()
        return _best(spins, self._clock()) if spins else None

    def take_spin(self, milliseconds: float) -> Best:
        """The best of what is known and this one."""
        now = self._clock()
        spins = [*self._spins(), (now, milliseconds)]
        of_day = sorted(spins, key=lambda one: one[1])[:FASTEST]
        kept = [one for one in spins if now - one[0] < JUST_NOW_S or one in of_day]
        self._write({"spins": kept})
        return _best(spins, now)

    def _spins(self) -> list[tuple[float, float]]:
        now, found = self._clock(), self._known.get("spins")
        spins = [(float(at), float(one)) for at, one in found] if isinstance(found, list) else []
        return [(at, one) for at, one in spins if 0 <= now - at < STANDS_S]

    def ceiling(self, scripts: str) -> Ceiling | None:
        """That of the generator of that digest, None when it was not measured."""
        found = (self._known.get("ceilings") or {}).get(scripts)
        return Ceiling(float(found["rps"]), bool(found["quiet"])) if isinstance(found, dict) else None

    def take_ceiling(self, scripts: str, rps: float, *, quiet: bool) -> Ceiling:
        """The most that was ever sent counts; what other scripts could is forgotten."""
        known = self.ceiling(scripts) or Ceiling(0.0, quiet=False)
        taken = Ceiling(max(rps, known.rps), quiet or known.quiet)
        self._write({"ceilings": {scripts: {"rps": taken.rps, "quiet": taken.quiet}}})
        return taken

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


def _best(spins: list[tuple[float, float]], now: float) -> Best:
    """The slowest of the few fastest. Nothing recent: then the day's counts for the moment, too."""
    day = sorted(one for _, one in spins)[:FASTEST][-1]
    recent = sorted(one for at, one in spins if now - at < JUST_NOW_S)[:FASTEST]
    return Best(day, recent[-1] if recent else day)


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"
