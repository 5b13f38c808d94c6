"""The Docker engine: what `Engine` promises, on the rooms of this package."""

from __future__ import annotations

import os
import platform
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sandbox import indexes
from sandbox.downloads.offer import NONE
from sandbox.engine import BuildFailed, Image, OnLine, Pod, budget, held, layers
from sandbox.engine.api import EngineRefusal
from sandbox.engine.build import LOST, Build, too_slow
from sandbox.engine.buildnet import AT, build_network, declarations
from sandbox.engine.container import Host
from sandbox.engine.downloads import downloads_for, remove_when_full
from sandbox.engine.image import load_root, pull, to_image
from sandbox.engine.namespace import Ahead
from sandbox.engine.owner import EVALUATION, image_labels, image_name
from sandbox.engine.packed import packed
from sandbox.engine.pod import DockerPod
from sandbox.engine.policy import RunPolicy
from sandbox.engine.purge import purge
from sandbox.engine.reap import IMAGES, Ask, reap, unknown
from sandbox.engine.sdk import DockerApi
from sandbox.engine.settling import Settling
from sandbox.engine.unpacked import is_needed
from sandbox.engine.whole import name_of_build
from sandbox.faults import Cancellation, HostFault
from sandbox.limits import Limits

# The budget forgets a cache after a quarter of an hour (budget.IDLE_S), and asking for all images takes a while.
NOTE_EVERY_S = 300.0


class DockerEngine:
    """`Engine` on Docker ≥ 20.10, found as the docker command finds it (DOCKER_HOST, DOCKER_TLS_VERIFY, …).

    ASSAY_RUNTIME names another OCI runtime ("runsc") for the containers of teams. `tools` gives the image of our
    scripts; without it, `sandbox.images.tools` builds it when it is first needed. `caches`: a build keeps
    its steps for the next one, and uses what others kept. Close it, or use it in `with`.
    """

    def __init__(self, tools: Callable[[DockerEngine], Image] | None = None, *, caches: bool = True) -> None:
        self.api = DockerApi()
        self._tools, self._caches = tools, caches
        self._info: dict[str, Any] | None = None
        self._noted_at = -NOTE_EVERY_S
        self._used: dict[str, None] = {}  # images whose use is not noted yet: only the next eviction reads it
        self._ahead = Ahead(lambda: self._host, self.tools)
        self._settling = Settling()

    def __enter__(self) -> DockerEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._settling.close()
        self._ahead.close()
        self._note_uses()
        self.api.close()

    def _note_uses(self) -> None:
        for image in list(self._used):
            del self._used[image]
            with suppress(HostFault):  # the engine is away, which its next use says
                budget.note_use(self.api, image)

    @property
    def info(self) -> dict[str, Any]:
        """The engine's own description, asked once."""
        if self._info is None:
            self._info = self.api.info()
        return self._info

    @property
    def runtime(self) -> str:
        return os.environ.get("ASSAY_RUNTIME") or self.info.get("DefaultRuntime") or "runc"

    @property
    def swappiness(self) -> int | None:
        """0 where the engine can set it: cgroup v2 has no such thing."""
        return 0 if str(self.info.get("CgroupVersion", "1")) == "1" else None

    @property
    def remapped(self) -> bool:
        """Whether the engine runs every container in a user namespace of its own (`userns-remap`, rootless)."""
        names = {str(option).partition(",")[0] for option in self.info.get("SecurityOptions") or ()}
        return bool(names & {"name=userns", "name=rootless"})

    @property
    def cores(self) -> tuple[int, ...]:
        """Numbers of the cores that containers may be given."""
        if self.api.local:
            return tuple(sorted(os.sched_getaffinity(0)))
        return tuple(range(int(self.info.get("NCPU") or 1)))

    def describe(self, limits: Limits) -> dict[str, Any]:
        return {
            "engine": f"docker {self.info.get('ServerVersion', '')}",
            "runtime": self.runtime,
            "cpu": _processor() or self.info.get("Architecture", ""),
            "cores": int(self.info.get("NCPU") or 1),
            "memory_bytes": int(self.info.get("MemTotal") or 0),
            "policy": {profile: policy.digest() for profile, policy in self.policies(limits).items()},
        }

    def policies(self, limits: Limits) -> dict[str, RunPolicy]:
        """The run policy of each profile as it is on this engine, before an image and its cores are known."""
        host = self._host
        return {
            "strict" if strict else "default": RunPolicy.for_limits(
                limits, strict, runtime=host.runtime, swappiness=host.swappiness, remapped=host.remapped
            ).placed(network="container:", cpuset="", cores=len(host.cores))
            for strict in (False, True)
        }

    def image(self, reference: str) -> Image | None:
        document = self.api.inspect_image(reference)
        return None if document is None else to_image(document)

    def pull(self, reference: str) -> Image:
        before = {summary["Id"] for summary in self.api.all_images()}
        image = pull(self.api, reference)
        budget.note_pull(self.api, image.id, reference, before)
        return image

    def load_root(self, root_tar: Path, reference: str, *, changes: Sequence[str]) -> Image:
        return load_root(self.api, root_tar, reference, changes)

    def build(
        self,
        context: Path,
        dockerfile: str,
        *,
        reference: str,
        labels: Mapping[str, str],
        limits: Limits,
        files: Mapping[str, str] | None = None,
        on_line: OnLine | None = None,
        cancellation: Cancellation | None = None,
        cpuset: str = "",
        trusted: bool = False,
    ) -> tuple[Image, str]:
        evaluation = labels.get(EVALUATION, "")
        if evaluation:
            labels = image_labels(evaluation, limits.evaluation_s) | dict(labels)
        wish = cancellation or Cancellation()
        mark = layers.MARKED if self._caches else layers.ALONE
        cache = NONE if trusted else downloads_for(self.api, context, dockerfile, files or {}, at=AT, limits=limits)
        more = () if trusted else (*declarations(dockerfile), *cache.declarations)
        dockerfile, added = layers.marked(dockerfile, more, mark)
        until = time.monotonic() + limits.build_s

        def check() -> None:
            wish.check()
            if time.monotonic() >= until:
                raise too_slow(limits)

        with ExitStack() as stack:
            record = stack.enter_context(layers.Record(on_line))

            def make() -> Build:
                own, heard = dict(labels), record.heard
                return Build(self.api, self.info, reference, own, limits, wish, heard, cpuset, self._caches)

            check()
            given = stack.enter_context(packed(context, files or {}, check))
            network, whole = None, ""
            if evaluation and self._caches and not trusted:
                self._settling.wait()
                whole = name_of_build(self.api, given, dockerfile, limits)
                if (image_and_log := self._build_again(whole, make)) is not None:
                    return image_and_log
            if not trusted:
                if is_needed(dockerfile):
                    given.measure(limits.build_unpacked_bytes, check)
                name = evaluation or f"build-{secrets.token_hex(4)}"
                network = stack.enter_context(
                    build_network(self._host, self.tools, name, indexes.reach(), limits, downloads=cache)
                )
            try:
                try:
                    build = make()
                    image, log = build.run(given, dockerfile, network)
                except HostFault as fault:
                    if fault.id != LOST:
                        raise
                    build = make()
                    image, log = build.run(given, dockerfile, network)
            except BuildFailed as failure:
                said, log = (layers.without_mark(text, added) for text in (failure.message, failure.log))
                raise BuildFailed(said, log, failure.step) from failure
            if evaluation and self._caches:
                keep = partial(layers.keep, self.api, image.id, build.added, record.ids, whole)
                self._settling.begin(keep, stack.pop_all())
                self._used[image.id] = None
            return image, log

    def _build_again(self, whole: str, make: Callable[[], Build]) -> tuple[Image, str] | None:
        """What an earlier build of the same input has left, under the name of this one: nothing runs."""
        kept = self.api.inspect_image(whole)
        if kept is None:
            return None
        build = make()
        try:
            if not held.hold(self.api, kept["Id"], build.reference, build.labels):
                return None
        except EngineRefusal:
            return None  # it went just now
        build.log.note("Built before from exactly the same files: no step runs again")
        self._used[kept["Id"]] = None
        return to_image(kept), build.log.text()

    def remove_image(self, reference: str) -> None:
        self.api.remove_image(reference)
        if reference.startswith(f"{IMAGES}:"):
            held.let_go(self.api, reference.rpartition(":")[2])

    def remove_images(self, evaluation: str) -> None:
        self._settling.wait()
        self._ahead.drop(evaluation)
        self._note_uses()
        own = image_name(evaluation)
        for summary in self.api.images(IMAGES):
            for name in summary.get("RepoTags") or ():
                if name == own or name.startswith(f"{own}."):
                    self.api.remove_image(name)
        held.let_go(self.api, own.rpartition(":")[2], services=True)

    def prepare(self, evaluation: str, limits: Limits) -> None:
        self._ahead.begin(evaluation, limits)

    def give_up(self, evaluation: str) -> None:
        self._ahead.drop(evaluation)

    def pod(
        self, evaluation: str, limits: Limits, *, hosts: Sequence[str] = (), rooms: Sequence[Sequence[str]] = ()
    ) -> AbstractContextManager[Pod]:
        """As the protocol says; `hosts` are names beside localhost that mean the first room (a compose stack's)."""
        return DockerPod(
            self._host,
            self.tools,
            evaluation,
            limits,
            rooms=(hosts, *rooms),
            ahead=lambda: self._ahead.take(evaluation),
        )

    @property
    def _host(self) -> Host:
        return Host(self.api, self.runtime, self.swappiness, self.cores, self.remapped)

    def tools(self) -> Image:
        """The image of our scripts; made now when the engine does not have it."""
        if self._tools is not None:
            return self._tools(self)
        from sandbox.images.tools import ensure_tools  # it imports this package

        image = ensure_tools(self)
        if time.monotonic() > self._noted_at + NOTE_EVERY_S:
            self._noted_at = time.monotonic()
            self._used[image.id] = None
        return image

    def reap(self, alive: frozenset[str], standing: Ask = unknown) -> list[str]:
        return reap(self.api, alive, standing)

    def evict(self) -> list[str]:
        """Caches that are over ASSAY_DISK_BUDGET, or all that can go while the disk is nearly full; in words."""
        self._note_uses()
        return [*budget.enforce(self.api), *remove_when_full(self.api)]

    def purge(self) -> list[str]:
        """Everything that was ever made here: `make clean`."""
        self._note_uses()
        return purge(self.api)


def _processor() -> str:
    """The processor's name as this machine's kernel gives it, "" when it gives none."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor()
