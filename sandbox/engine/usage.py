"""What a container has used of the processor so far, read at once: for telling our own use from everybody else's."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass
from pathlib import Path

from sandbox.engine import cgroup, process
from sandbox.engine.api import Api
from sandbox.engine.container import pid_of

# Processes of the engine: what they use while a service writes log lines is that service's doing.
ENGINE_PROCESSES = ("dockerd", "containerd", "containerd-shim")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """Since the container's start: processor seconds, and periods in which its quota was used up (cpu.stat)."""

    cpu_s: float
    throttled_periods: int = 0


class Meter:
    """Readings of one container; its control group is looked up again when it was started again."""

    def __init__(self, api: Api, container: str) -> None:
        self._api, self._container = api, container
        self._pid = 0
        self._folders: cgroup.Folders | None = None

    def read(self) -> Usage | None:
        """None when it does not run."""
        if self._folders is not None and (reading := self._folders.read()) is not None:
            return Usage(reading.cpu_s, _throttled(self._folders))
        inspected = self._api.inspect(self._container)
        pid = pid_of(inspected or {})
        if not pid:
            return None
        self._folders = cgroup.folders_of(pid) if process.is_visible(pid, self._container) else None
        if self._folders is not None and (reading := self._folders.read()) is not None:
            return Usage(reading.cpu_s, _throttled(self._folders))
        told = self._api.stats(self._container)
        found = cgroup.from_stats(told)
        throttling = (told.get("cpu_stats") or {}).get("throttling_data") or {}
        return None if found is None else Usage(found.cpu_s, int(throttling.get("throttled_periods") or 0))


def own_process_s() -> float:
    """Processor seconds of this process and of its children that have ended."""
    found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in found)


def engine_s(root: Path = Path("/proc")) -> float:
    """Processor seconds of the engine's processes, as far as this machine shows them; 0.0 when it is elsewhere."""
    total = 0
    for entry in root.glob("[0-9]*/stat"):
        try:
            head, _, tail = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")
        except OSError:
            continue
        if head.partition("(")[2].startswith(ENGINE_PROCESSES):
            fields = tail.split()
            total += int(fields[11]) + int(fields[12])  # proc(5): utime and stime
    return total / TICKS


def _throttled(folders: cgroup.Folders) -> int:
    for folder in (folders.cpu, Path(str(folders.cpu).replace("cpuacct", "cpu", 1))):
        try:
            text = (folder / "cpu.stat").read_text(encoding="ascii")
        except OSError:
            continue
        return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("nr_throttled")), 0)
    return 0
