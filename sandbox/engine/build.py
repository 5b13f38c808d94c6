"""One build on the classic builder: our own context, every limit that it knows, and nothing left when it is stopped."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sandbox.engine import BuildFailed, Image, OnLine, layer, layers
from sandbox.engine.api import NO_SPACE, Api, EngineRefusal, Stream, disk_full
from sandbox.engine.buildgroup import build_group
from sandbox.engine.buildlog import BuildLog
from sandbox.engine.buildnet import NETWORK, BuildNetwork
from sandbox.engine.buildsteps import MARK, build_steps, hosts, step_of
from sandbox.engine.capture import Lines, documents
from sandbox.engine.context import DOCKERFILE
from sandbox.engine.deadline import Deadline
from sandbox.engine.image import to_image
from sandbox.engine.owner import EVALUATION
from sandbox.engine.packed import Packed
from sandbox.engine.stages import images_named
from sandbox.engine.toolarge import too_large
from sandbox.faults import Cancellation, HostFault, TeamFault
from sandbox.limits import Limits

CPU_PERIOD = 100_000
OPEN_FILES = 16_384  # an engine that is not root's own may allow no more than 20,000
MESSAGE_BYTES = 1024 * 1024
KILLED = 137
BAD_REQUEST = 400
LAYER_EVERY_S = 2.0
GONE_WITHIN_S = 20.0
DOWNLOADS_TOLD = 200
# The engine's words when it could not make a step's container: ours, unless it is about the command (exec).
RUNTIME_FAILED = "oci runtime create failed"
# Its words when a step that it had found in its cache went before it was used: a clean-up was faster.
LOST = "layer_lost"
_LOST = re.compile(
    r"failed to get digest sha256:|no such image: sha256:|unknown parent image|unrecognized image id", re.IGNORECASE
)


@dataclass
class Build:
    """Use once: `run`. `mark` names this build's containers: it stands in their hosts file, which no image can set.

    `added` is the number of steps at the end of the image that are not the team's: they label it.
    """

    api: Api
    info: Mapping[str, Any]
    reference: str
    labels: dict[str, str]
    limits: Limits
    cancellation: Cancellation
    on_line: OnLine | None
    cpuset: str
    cached: bool = True
    stopped: str = ""
    mark: str = ""
    added: int = 0
    network: BuildNetwork | None = None
    log: BuildLog = field(init=False)

    def __post_init__(self) -> None:
        self.log = BuildLog(self.limits.build_log_kept_bytes, self.on_line)
        key = self.labels.get(EVALUATION, "")
        self.mark = f"{MARK}{secrets.token_hex(4)}-{key}"

    def run(self, context: Packed, dockerfile: str, network: BuildNetwork | None = None) -> tuple[Image, str]:
        """See `Engine.build`. Without a network of its own it is a build of ours, on the bridge of the proxies."""
        self.cancellation.check()
        until, began = time.monotonic() + self.limits.build_s, time.time()
        self._look_for_bases(dockerfile)
        self.network = network
        if network is None:
            self.api.ensure_network(NETWORK)
        for note in context.notes:
            self.log.note(note)
        check, text = partial(self._check, until), layers.labelled(dockerfile, self.labels)
        labels = self.labels if text == dockerfile else {}
        self.added = len(labels) or int(text != dockerfile)
        with build_group(self.api, self.info, self.limits) as group:
            try:
                stream = self.api.build(context.chunks(text, check), self._parameters(group, dockerfile, labels))
            except EngineRefusal as refusal:
                self.log.feed({"error": refusal.message})
                step = "parse" if refusal.status == BAD_REQUEST else ""
                raise BuildFailed(refusal.message, self.log.text(), step) from refusal
            self._follow(stream, until)
        if network is not None:
            self._tell_refusals(network)
            self._tell_downloads(network)
        if self.stopped or self.log.error:
            self._raise(began)
        document = self.api.inspect_image(self.log.image or self.reference)
        if document is None:
            raise HostFault("engine_failed", "The build ended without an image", detail=self.log.text())
        return to_image(document), self.log.text()

    @property
    def _mode(self) -> str:
        return self.network.mode if self.network else NETWORK

    def _tell_refusals(self, network: BuildNetwork) -> None:
        """Into the log, which a failed build is diagnosed from; HostFault when the network itself was the failure."""
        if self.log.error:
            network.check()
        contacts = network.contacts()
        reached = {(one["host"], one["port"]) for one in contacts if one["outcome"] == "done"}
        refused = {(one["host"], one["port"]): one for one in contacts if one["outcome"] != "done"}
        refused = {place: one for place, one in refused.items() if place not in reached}
        for (host, port), one in refused.items():
            of_ours = ", an index that this site names" if one["named"] else ""
            self.log.note(f"The way out of the build: {host}:{port} {one['outcome']}{of_ours}")

    def _tell_downloads(self, network: BuildNetwork) -> None:
        """Into the log: what the cache had, and every file that it did not hand out and why."""
        files = network.files()
        for one in files[:DOWNLOADS_TOLD]:
            if one["how"] == "passed":
                self.log.note(f"The download cache left {one['download']!r} to the index itself: {one['why']}")
        if counts := Counter(one["how"] for one in files):
            said = ", ".join(f"{counts[how]} {how}" for how in ("kept", "shared", "fetched", "passed") if counts[how])
            self.log.note(f"Files from the download cache: {said}")

    def _look_for_bases(self, dockerfile: str) -> None:
        for name in images_named(dockerfile):
            if self.api.inspect_image(name) is None:
                raise HostFault(
                    "image_unavailable",
                    f"The image {name} of the build is not on this machine",
                    fix="Resolve the images of the Dockerfile first: a build itself asks no registry.",
                )

    def _check(self, until: float) -> None:
        self.cancellation.check()
        if time.monotonic() >= until:
            raise too_slow(self.limits, f"{self.log.text()}\n{self.log.step}")

    def _parameters(self, group: str, dockerfile: str, labels: Mapping[str, str]) -> dict[str, Any]:
        limits = self.limits
        ulimits = [("nofile", OPEN_FILES), ("core", 0), ("fsize", limits.image_bytes)]
        parameters: dict[str, Any] = {
            "t": self.reference,
            "dockerfile": DOCKERFILE,
            "rm": "1",
            "forcerm": "1",
            "nocache": "" if self.cached else "1",
            "memory": limits.build_memory_bytes,
            "memswap": limits.build_memory_bytes,
            "cpuperiod": CPU_PERIOD,
            "cpuquota": int(limits.build_cpus * CPU_PERIOD),
            "ulimits": json.dumps([{"Name": name, "Soft": value, "Hard": value} for name, value in ulimits]),
            "networkmode": self._mode,
            "buildargs": json.dumps(self.network.arguments(dockerfile) if self.network else {}),
            "extrahosts": hosts(self.mark),
            "labels": json.dumps(labels),
            "cgroupparent": group,
            "cpusetcpus": self.cpuset,
        }
        return {name: value for name, value in parameters.items() if value != ""}

    def _follow(self, stream: Stream, until: float) -> None:
        """Read the stream to its end, or to the first bound that is passed; then nothing of the build runs any more."""
        over = threading.Event()
        watcher = threading.Thread(target=self._watch_layer, args=(stream, over), name="assay-build-layer", daemon=True)
        try:
            with Deadline(until - time.monotonic(), stream.close, self.cancellation) as deadline:
                watcher.start()
                for message in documents(_lines(stream)):
                    self.log.feed(message)
                    if self.log.bytes > self.limits.build_log_bytes:
                        self.stopped = "log"
                        break
            if deadline.passed:
                self.stopped = "time"
        except BaseException:
            self.stopped = self.stopped or "error"
            raise
        finally:
            over.set()
            if watcher.ident is not None:
                watcher.join()
            stream.close()
            self.log.end()
            if self.stopped or self.cancellation.requested:
                self._remove_containers()
        self.cancellation.check()

    def _watch_layer(self, stream: Stream, over: threading.Event) -> None:
        """End the build when the step that runs has written more than an image may have."""
        while not over.wait(LAYER_EVERY_S):
            try:
                for container in self.log.containers[-1:]:
                    inspected = self.api.inspect(container, size=True)
                    if inspected is not None and self._is_ours(inspected) and (why := self._excess(inspected)):
                        self.stopped = why
                        stream.close()
                        return
            except HostFault:
                continue  # the engine is away; the reader of the stream finds out, too

    def _excess(self, inspected: Mapping[str, Any]) -> str:
        """Why a step has to end: "disk", "files", "full" when the disk is nobody's any more; "" while it may go on."""
        folder = layer.folder_of(inspected)
        if folder is None:
            return "disk" if int(inspected.get("SizeRw") or 0) > self.limits.image_bytes else ""
        if layer.is_nearly_full(folder):
            return "full"
        used = layer.count(folder, bytes=self.limits.image_bytes, files=self.limits.build_files)
        if used.files > self.limits.build_files:
            return "files"
        return "disk" if used.bytes > self.limits.image_bytes else ""

    def _is_ours(self, inspected: Mapping[str, Any] | None) -> bool:
        step = step_of(inspected)
        return step is not None and step.build == self.mark

    def _remove_containers(self) -> None:
        """Wait until the builder has cleaned up, and help it: a step that ignores its end is killed here."""
        until = time.monotonic() + GONE_WITHIN_S
        quiet = 0
        while quiet < 2 and time.monotonic() < until:
            ours = [step for step in build_steps(self.api) if step.build == self.mark]
            for step in ours:
                self.api.kill(step.id)
                self.api.remove(step.id)
            # The builder may be about to start the next step: only two empty looks in a row are the end.
            quiet = 0 if ours else quiet + 1
            time.sleep(0.25)

    def _raise(self, began: float) -> None:
        log, error = self.log.text(), self.log.error
        if self.stopped == "time":
            raise too_slow(self.limits, f"{log}\n{self.log.step}")
        if self.stopped == "log":
            raise TeamFault(
                "build_log_too_large",
                f"The build wrote more than {self.limits.build_log_bytes} bytes of log",
                detail=log,
                fix="Take away what prints without an end in the RUN step above, or send its output to /dev/null.",
            )
        if self.stopped == "full":
            raise disk_full("A build was stopped before it took the rest of the disk.")
        if self.stopped == "files":
            raise TeamFault(
                "image_too_large",
                f"The build wrote more than {self.limits.build_files} files in one step",
                detail=self.log.step,
                fix="Install or unpack less in the build.",
            )
        if self.stopped == "disk":
            what = f"The build wrote more than {self.limits.image_bytes} bytes in one step"
            raise too_large(what, self.log.step, log)
        if NO_SPACE in error.lower():
            raise disk_full(error)
        if self.log.exit_code == KILLED or self.api.oom_events(self.log.containers, began):
            raise TeamFault(
                "build_out_of_memory",
                f"A build step needed more than the {self.limits.build_memory_bytes} bytes of memory that it may use",
                detail=f"{log}\n{self.log.step}",
                fix="Install ready-made wheels instead of compiling, or compile with fewer jobs at once.",
            )
        if _LOST.match(error):
            raise HostFault(
                LOST, "A step that the build had found went before it was used", detail=error, fix="Try again."
            )
        network_gone = f"network {NETWORK} not found" in error
        if network_gone or (RUNTIME_FAILED in error.lower() and "exec:" not in error):
            raise HostFault("engine_failed", "The engine could not run a step of the build", detail=error)
        raise BuildFailed(error, log, "parse" if self.log.is_parse_error else self.log.step)


def too_slow(limits: Limits, log: str = "") -> TeamFault:
    """A build that passed its time; `log` is what it had said by then."""
    return TeamFault(
        "build_timeout",
        f"The build was not done after {limits.build_s:.0f} seconds",
        detail=log,
        fix="Make the slow step smaller: fewer or ready-made packages, no training and no download of data.",
    )


def _lines(stream: Stream) -> Iterator[bytes]:
    lines = Lines(MESSAGE_BYTES)
    for chunk in stream:
        yield from lines.feed(chunk)
    yield from lines.end()
