"""Reading a container's control group, version 1 or 2: memory, processor time, processes, out-of-memory kills."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path("/sys/fs/cgroup")
NANO = 1_000_000_000
MICRO = 1_000_000


@dataclass(frozen=True)
class Reading:
    """memory_bytes leaves out file pages that the kernel may drop at once, as the engine's own figure does."""

    memory_bytes: int
    cpu_s: float
    pids: int
    oom_kills: int = 0


@dataclass(frozen=True)
class Folders:
    """Where the controllers of one control group are; all the same folder in version 2."""

    memory: Path
    cpu: Path
    pids: Path
    version: int

    def read(self) -> Reading | None:
        """None once the group is gone."""
        try:
            return self._version_1() if self.version == 1 else self._version_2()
        except (OSError, ValueError, KeyError):
            return None

    def processes(self) -> list[int]:
        """Numbers of the processes in it; none once it is gone."""
        try:
            return [int(number) for number in (self.pids / "cgroup.procs").read_text(encoding="ascii").split()]
        except (OSError, ValueError):
            return []

    def _version_1(self) -> Reading:
        stat = _pairs(self.memory / "memory.stat")
        return Reading(
            memory_bytes=max(0, _number(self.memory / "memory.usage_in_bytes") - stat["total_inactive_file"]),
            cpu_s=_number(self.cpu / "cpuacct.usage") / NANO,
            pids=_number(self.pids / "pids.current"),
            oom_kills=_pairs(self.memory / "memory.oom_control").get("oom_kill", 0),
        )

    def _version_2(self) -> Reading:
        stat = _pairs(self.memory / "memory.stat")
        return Reading(
            memory_bytes=max(0, _number(self.memory / "memory.current") - stat["inactive_file"]),
            cpu_s=_pairs(self.cpu / "cpu.stat")["usage_usec"] / MICRO,
            pids=_number(self.pids / "pids.current"),
            oom_kills=_pairs(self.memory / "memory.events").get("oom_kill", 0),
        )


def folders_of(pid: int, root: Path = ROOT) -> Folders | None:
    """The folders of a process's control group, None when they cannot be read from here."""
    try:
        text = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8")
    except OSError:
        return None
    found = locate(text, root)
    return found if found is not None and found.read() is not None else None


def locate(text: str, root: Path = ROOT) -> Folders | None:
    """The folders named by the text of /proc/<pid>/cgroup (cgroups(7)): "<hierarchy>:<controllers>:<path>" lines."""
    paths: dict[str, str] = {}
    for line in text.splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            paths[controller] = path.lstrip("/")
    if {"memory", "cpuacct", "pids"} <= paths.keys():
        return Folders(
            root / "memory" / paths["memory"], root / "cpuacct" / paths["cpuacct"], root / "pids" / paths["pids"], 1
        )
    if "" in paths:
        unified = root / paths[""]
        return Folders(unified, unified, unified, 2)
    return None


def from_stats(document: dict[str, Any]) -> Reading | None:
    """A reading of the engine's own figures, for a container whose control group this machine cannot read."""
    memory = document.get("memory_stats") or {}
    if "usage" not in memory:
        return None
    detail = memory.get("stats") or {}
    inactive = detail.get("total_inactive_file", detail.get("inactive_file", 0))
    return Reading(
        memory_bytes=max(0, int(memory["usage"]) - int(inactive)),
        cpu_s=int(document["cpu_stats"]["cpu_usage"]["total_usage"]) / NANO,
        pids=int((document.get("pids_stats") or {}).get("current") or 0),
    )


def _number(path: Path) -> int:
    return int(path.read_text(encoding="ascii"))


def _pairs(path: Path) -> dict[str, int]:
    """ "name value" lines."""
    return {
        name: int(value)
        for name, _, value in (line.partition(" ") for line in path.read_text(encoding="ascii").splitlines())
    }
