"""The engine seam: what the sandbox may ask of a container engine. `docker.py` answers it, `fake.py` pretends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sandbox.faults import Cancellation
from sandbox.limits import Limits

if TYPE_CHECKING:
    from sandbox.engine.placement import Lane
    from sandbox.engine.usage import Usage

OnLine = Callable[[str], None]


@dataclass(frozen=True)
class Image:
    """A local image. `id` is "sha256:..."; `config` has the keys user, exposed, healthcheck, entrypoint, command,
    working_dir, volumes, env_names, stop_signal, repo_digests (only an image from a registry has any), onbuild."""

    id: str
    bytes: int
    config: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class State:
    """A service's process, as the engine knows it. `killed` is why we killed it ("disk", "log"), else ""."""

    running: bool
    exit_code: int | None = None
    oom_killed: bool = False
    killed: str = ""


@dataclass(frozen=True)
class Sample:
    """One look at a running service. `at_s` counts from its start; cpu_s is used so far; writable_bytes may be None."""

    at_s: float
    memory_bytes: int
    cpu_s: float
    pids: int
    writable_bytes: int | None = None


@dataclass(frozen=True)
class Changes:
    """Paths (folders among them) that differ from the image, sorted. `complete` is False when there were too many."""

    paths: tuple[str, ...] = ()
    complete: bool = True


class Service(Protocol):
    """One container of the team inside a pod."""

    name: str
    id: str

    def state(self) -> State: ...
    def logs(self, limit_bytes: int = 256 * 1024) -> bytes:
        """The last output, stdout and stderr together, never more than `limit_bytes`."""
        ...

    def samples(self) -> list[Sample]:
        """Everything that the watcher has seen since the start, about one a second."""
        ...

    def signal(self, name: str) -> None: ...
    def wait(self, timeout_s: float) -> State:
        """The state once it exits, or the running one when the time is over."""
        ...

    def pause(self, *, paused: bool) -> None:
        """Freeze it, so that it holds its connections and answers nothing, or let it go on."""
        ...

    def restart(self) -> None:
        """Start the stopped container again with its writable layer as it was."""
        ...

    def allow_output(self, bytes: int) -> None:
        """Raise what it may write to its log: whoever sends it many requests has so many lines coming."""
        ...

    def changes(self) -> Changes:
        """Paths that it added or changed since its image."""
        ...

    def size_of(self, path: str) -> int | None:
        """Bytes of a regular file in it, None of anything else."""
        ...

    def read(self, path: str, limit_bytes: int) -> bytes:
        """The beginning of a regular file in it, b"" of anything else."""
        ...

    def differences(self) -> list[str]:
        """How the live container differs from the policy, one sentence each; empty is right."""
        ...


class Aside(Protocol):
    """A script of ours that stays in a pod, beside the services, until the pod closes."""

    def events(self) -> list[dict[str, Any]]:
        """What it has told so far, in order, the first 4 MiB."""
        ...

    def tell(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Tell it something; its answer. HostFault("tool_failed") when it gives none or refuses."""
        ...

    def on_ask(self, heard: Callable[[Mapping[str, Any]], None]) -> None:
        """From now on hand over its events that ask something ({"ask": number, …}), which are not kept; be quick."""
        ...

    def say(self, document: Mapping[str, Any]) -> None:
        """Tell it something that it does not answer."""
        ...


class Pod(Protocol):
    """A network namespace with nothing outside it: the team's services and our tools share it, over 127.0.0.1.

    A stack in which two services want the same port has further rooms: namespaces of their own, each reached from the
    others by the names of its services. The app and, unless it is said, our tools are in room 0.
    """

    @property
    def rooms(self) -> int:
        """How many namespaces there are."""
        ...

    def start(
        self,
        name: str,
        image: Image,
        *,
        command: Sequence[str] = (),
        entrypoint: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        strict: bool = False,
        limits: Limits | None = None,
        on_line: OnLine | None = None,
        room: int = 0,
    ) -> Service:
        """Create, compare with the policy, start, compare again. HostFault("sandbox_policy") names a difference.

        `command` stands where the image's CMD would, so that an ENTRYPOINT of the image gets it as its arguments;
        `entrypoint` is run instead of both.

        `limits` are this service's own, when they are not the pod's.

        `strict` is the profile with uid 65534 and a read-only root. `on_line` gets the output as it comes, cleaned.
        """
        ...

    def tool(
        self,
        script: str,
        request: Mapping[str, Any],
        *,
        timeout_s: float,
        on_event: Callable[[dict[str, Any]], None] | None = None,
        cancellation: Cancellation | None = None,
        room: int = 0,
    ) -> dict[str, Any]:
        """Run `sandbox/inside/<script>.py` in a hardened container of the tools image inside this namespace.

        The request is the script's standard input as one JSON line. The script prints JSON lines: any number of
        {"event": {...}} and at last {"result": {...}}. At most 4 MiB are read. HostFault("tool_failed") otherwise.
        """
        ...

    def aside(self, script: str, request: Mapping[str, Any], *, room: int = 0, cpuset: str = "") -> Aside:
        """Start a script that stays; it is there once it has printed its first event. HostFault("tool_failed").

        `cpuset` are cores of its own, "" the ones of our tools.
        """
        ...

    def lane(self, app: str) -> AbstractContextManager[Lane]:
        """The service of that id on cores of its own, our tools on another, everything else on the rest; then back."""
        ...

    def usage(self) -> dict[str, Usage]:
        """What each running service and aside has used of the processor so far, by container id."""
        ...


class Engine(Protocol):
    """A container engine. Every method raises HostFault when the engine itself fails."""

    def describe(self, limits: Limits) -> dict[str, Any]:
        """{engine: "docker 20.10.24", runtime: "runc", cpu: "...", cores: 2, memory_bytes: ..., policy: {...}}.

        `policy` has the digest of each profile of the run policy under these limits.
        """
        ...

    def image(self, reference: str) -> Image | None:
        """The local image of that name or id."""
        ...

    def pull(self, reference: str) -> Image:
        """HostFault("image_unavailable") when no registry gives it."""
        ...

    def load_root(self, root_tar: Path, reference: str, *, changes: Sequence[str]) -> Image:
        """Make a base image of a root file system archive (`docker import`) with Dockerfile instructions `changes`."""
        ...

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
        """Build a folder with the given Dockerfile text; returns the image and the kept log (head and tail).

        The context is packed by ourselves (regular files, never followed links, the tree's .dockerignore). Raises
        `BuildFailed` when a step of the team fails and TeamFault("build_timeout"), TeamFault("build_out_of_memory").
        Its steps reach package indexes through our proxy and nothing else; one that is `trusted` (our own Dockerfile,
        never a team's) is on an ordinary bridge.
        """
        ...

    def remove_image(self, reference: str) -> None: ...

    def remove_images(self, evaluation: str) -> None:
        """Every image of an evaluation, as `owner.image_name` names them, and what `prepare` made."""
        ...

    def prepare(self, evaluation: str, limits: Limits) -> None:
        """Begin what the next pod of an evaluation needs first; returns at once. That pod takes it, if it fits."""
        ...

    def give_up(self, evaluation: str) -> None:
        """There will be no pod: take away what `prepare` made."""
        ...

    def pod(
        self, evaluation: str, limits: Limits, *, hosts: Sequence[str] = (), rooms: Sequence[Sequence[str]] = ()
    ) -> AbstractContextManager[Pod]:
        """A new empty namespace; leaving the block removes every container of it.

        `hosts` are names beside localhost that mean this namespace: those of the stack's services. `rooms` are the
        names of the services in each further namespace of it.
        """
        ...

    def reap(self, alive: frozenset[str], standing: Callable[[str], Any] = ...) -> list[str]:
        """Remove what is left of evaluations that nobody works on; returns what was removed, in words. See reap.py."""
        ...

    def evict(self) -> list[str]:
        """Remove caches that take more than their budget, least recently used first; what went, in words."""
        ...


class BuildFailed(Exception):
    """A build step ended with an error that is the repository's own; the diagnosis turns it into a TeamFault."""

    def __init__(self, message: str, log: str, step: str = "") -> None:
        super().__init__(message)
        self.message, self.log, self.step = message, log, step
