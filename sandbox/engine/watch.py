"""Watching a running service: about one sample a second, and an end to it when its writable layer grows too large."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from sandbox.engine import Sample, cgroup, process
from sandbox.engine.api import Api
from sandbox.engine.container import pid_of
from sandbox.faults import HostFault

EVERY_S = 1.0
LAYER_EVERY_S = 2.0


class Watch:
    """A thread over one container until `close()`. `on_excess("disk")` is called once, when the layer is too large.

    Processor time goes on counting over a restart, although each start has a control group of its own.
    """

    def __init__(self, api: Api, container: str, writable_bytes: int, on_excess: Callable[[str], None]) -> None:
        self.samples: list[Sample] = []
        self.oom_kills = 0
        self._api, self._container, self._limit, self._on_excess = api, container, writable_bytes, on_excess
        self._began, self._since = time.monotonic(), time.time()
        self._pid = 0
        self._folders: cgroup.Folders | None = None
        self._cpu_before = self._cpu_now = 0.0
        self._writable: int | None = None
        self._layer_due = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"assay-watch-{container[:12]}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            # The engine may be away or the container being removed; whoever uses it next will say so.
            with suppress(HostFault):
                self._look()
            if self._over.wait(EVERY_S):
                return

    def _look(self) -> None:
        now = time.monotonic()
        with_size = now >= self._layer_due
        inspected = self._api.inspect(self._container, size=with_size)
        if inspected is None or not inspected["State"]["Running"]:
            return
        if with_size:
            self._layer_due = now + LAYER_EVERY_S
            self._writable = int(inspected.get("SizeRw") or 0)
        reading = self._read(pid_of(inspected))
        if reading is not None:
            self._cpu_now = max(self._cpu_now, reading.cpu_s)
            sample = Sample(
                round(now - self._began, 3), reading.memory_bytes, self._cpu_before + reading.cpu_s, reading.pids
            )
            self.samples.append(replace(sample, writable_bytes=self._writable))
        if self._writable is not None and self._writable > self._limit:
            self._on_excess("disk")

    def _read(self, pid: int) -> cgroup.Reading | None:
        if pid != self._pid:
            self._cpu_before, self._cpu_now = self._cpu_before + self._cpu_now, 0.0
            self._pid = pid
            self._folders = cgroup.folders_of(pid) if process.is_visible(pid, self._container) else None
        if self._folders is not None:
            reading = self._folders.read()
            self.oom_kills = max(self.oom_kills, reading.oom_kills if reading else 0)
            return reading
        self.oom_kills = max(self.oom_kills, self._api.oom_events([self._container], self._since))
        return cgroup.from_stats(self._api.stats(self._container))
