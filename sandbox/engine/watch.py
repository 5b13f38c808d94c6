"""Watching a running service: a sample a second, and an end to it when its writable layer grows too large.

The layer is looked at more often than the samples are taken: a fast disk takes a gigabyte in a second.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from sandbox.engine import Sample, cgroup, layer, process
from sandbox.engine.api import Api, disk_full
from sandbox.engine.container import pid_of
from sandbox.faults import HostFault

EVERY_S = 1.0
LAYER_EVERY_S = 0.25  # where we can see it; and three times what a count takes, so that it stays a small part
ASKED_EVERY_S = 2.0  # where the engine counts it for us, and sees less (`layer`)
FULL = "host"  # why a service was stopped that has done nothing wrong


class Watch:
    """A thread over one container until `close()`. `on_excess("disk")` is called when the layer is too large.

    `on_excess("host")` is called, and `fault` set, when the disk is nearly full, whoever filled it.
    Processor time goes on counting over a restart, although each start has a control group of its own.
    """

    def __init__(self, api: Api, container: str, bytes: int, files: int, on_excess: Callable[[str], None]) -> None:
        self.samples: list[Sample] = []
        self.oom_kills = 0
        self.fault: HostFault | None = None
        self._api, self._container, self._bytes, self._files, self._on_excess = api, container, bytes, files, on_excess
        self._began, self._since = time.monotonic(), time.time()
        self._pid = self._stopped = 0
        self._folders: cgroup.Folders | None = None
        self._cpu_before = self._cpu_now = 0.0
        self._layer: Path | None = None
        self._writable: int | None = None
        self._sample_due = self._layer_due = 0.0
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
            due = self._sample_due if self._layer is None else min(self._sample_due, self._layer_due)
            if self._over.wait(max(0.0, due - time.monotonic())):
                return

    def _look(self) -> None:
        now = time.monotonic()
        if now >= self._sample_due:
            self._sample_due = now + EVERY_S
            self._take_sample(now)
        if self._layer is not None and now >= self._layer_due:
            began = time.monotonic()
            self._layer_due = began + LAYER_EVERY_S
            self._count_layer(self._layer)
            self._layer_due += 3 * (time.monotonic() - began)

    def _take_sample(self, now: float) -> None:
        asked = self._layer is None and now >= self._layer_due
        inspected = self._api.inspect(self._container, size=asked)
        if inspected is None or not inspected["State"]["Running"]:
            return
        reading = self._read(pid_of(inspected))
        if self._folders is not None and self._layer is None:
            self._layer = layer.folder_of(inspected)
        if asked and self._layer is None:
            self._layer_due = now + ASKED_EVERY_S
            self._judge(layer.Usage(int(inspected.get("SizeRw") or 0), 0))
        elif self._layer is not None and self._writable is None:
            self._count_layer(self._layer)
        if reading is not None:
            self._cpu_now = max(self._cpu_now, reading.cpu_s)
            sample = Sample(
                round(now - self._began, 3), reading.memory_bytes, self._cpu_before + reading.cpu_s, reading.pids
            )
            self.samples.append(replace(sample, writable_bytes=self._writable))

    def _count_layer(self, folder: Path) -> None:
        if layer.is_nearly_full(folder):
            # Said before it is stopped: who sees it stopped has to see why.
            self.fault = self.fault or disk_full("Less than the reserve is left on the disk of the engine.")
            if self._stopped != self._pid:
                self._on_excess(FULL)
                self._stopped = self._pid
            return
        used = layer.count(folder, bytes=self._bytes, files=self._files)
        device = layer.root_device(self._pid)
        if self._folders is not None and device is not None:
            used += layer.held(self._folders.processes(), device)
        self._judge(used)

    def _judge(self, used: layer.Usage) -> None:
        self._writable = used.bytes
        if (used.bytes > self._bytes or used.files > self._files) and self._stopped != self._pid:
            if self.samples:  # what it was stopped for is evidence
                at_s = round(time.monotonic() - self._began, 3)
                self.samples.append(replace(self.samples[-1], at_s=at_s, writable_bytes=used.bytes))
            self._on_excess("disk")
            self._stopped = self._pid

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
