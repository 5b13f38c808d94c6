"""A pretended engine for tests of pure logic: no container, no clock, answers from a script, and a ledger of the calls.

    engine = FakeEngine(tools={"ask": {"status": 200}, "listening": [{"ports": []}, {"ports": [8000]}]})
    with engine.pod("e1", Limits()) as pod:
        pod.tool("ask", {}, timeout_s=1)      # {"status": 200}
    engine.calls                              # ["pod e1", "tool ask", "close e1"]

The answer to a tool is a result, a list of results (one a call, the last one again and again), a function of the
request, or an exception, which is raised. A result with the key "events" tells these first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.engine import Changes, Image, OnLine, Sample, State
from sandbox.engine.owner import image_name
from sandbox.engine.placement import Lane
from sandbox.engine.policy import RunPolicy
from sandbox.engine.reap import Ask, unknown
from sandbox.engine.usage import Usage
from sandbox.faults import Cancellation, HostFault, clean
from sandbox.limits import Limits

Result = dict[str, Any]
Answer = Result | Sequence[Result] | Callable[[Mapping[str, Any]], Result] | Exception

CONFIG: dict[str, Any] = {
    "user": "",
    "exposed": [],
    "healthcheck": None,
    "entrypoint": [],
    "command": ["python", "app.py"],
    "working_dir": "/app",
    "volumes": [],
    "env_names": ["PATH"],
    "stop_signal": "",
    "repo_digests": [],
}


def fake_image(reference: str, **config: Any) -> Image:
    """An image whose id follows from its name."""
    return Image("sha256:" + hashlib.sha256(reference.encode()).hexdigest(), 120_000_000, CONFIG | config)


@dataclass
class FakeService:
    """A service that is in `states[0]` until `signal`, `restart` or `wait` moves on to the next one."""

    name: str
    id: str
    states: list[State]
    output: bytes = b""
    seen: list[Sample] = field(default_factory=list)
    deviations: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    def state(self) -> State:
        return self.states[0]

    def logs(self, limit_bytes: int = 256 * 1024) -> bytes:
        return self.output[-limit_bytes:]

    def samples(self) -> list[Sample]:
        return list(self.seen)

    def signal(self, name: str) -> None:
        self.calls.append(f"signal {name}")
        self._move()

    def wait(self, timeout_s: float) -> State:
        self.calls.append(f"wait {timeout_s:g}")
        if self.state().running:
            self._move()
        return self.state()

    def pause(self, *, paused: bool) -> None:
        self.calls.append("pause" if paused else "resume")

    def restart(self) -> None:
        self.calls.append("restart")
        self._move()

    def allow_output(self, bytes: int) -> None:
        self.calls.append(f"allow {bytes} bytes of output")

    def changes(self) -> Changes:
        return Changes(tuple(sorted(self.files)))

    def size_of(self, path: str) -> int | None:
        return len(self.files[path]) if path in self.files else None

    def read(self, path: str, limit_bytes: int) -> bytes:
        return self.files.get(path, b"")[:limit_bytes]

    def differences(self) -> list[str]:
        return list(self.deviations)

    def _move(self) -> None:
        if len(self.states) > 1:
            self.states.pop(0)


@dataclass
class FakeAside:
    """A script that stays: it has told `told` and takes anything."""

    told: list[dict[str, Any]]
    heard: list[dict[str, Any]] = field(default_factory=list)

    def events(self) -> list[dict[str, Any]]:
        return list(self.told)

    def tell(self, document: Mapping[str, Any]) -> dict[str, Any]:
        self.heard.append({**document})
        return {"told": len(self.heard)}

    def on_ask(self, heard: Callable[[Mapping[str, Any]], None]) -> None:
        """It asks nothing."""

    def say(self, document: Mapping[str, Any]) -> None:
        self.heard.append({**document})


@dataclass
class FakePod:
    """A pod whose services and tools are those of the engine that made it."""

    engine: FakeEngine
    evaluation: str
    services: list[FakeService] = field(default_factory=list)
    rooms: int = 1

    def start(
        self,
        name: str,
        image: Image,
        *,
        command: Sequence[str] = (),
        entrypoint: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        strict: bool = False,
        limits: Limits | None = None,  # noqa: ARG002 - the protocol's signature
        on_line: OnLine | None = None,
        room: int = 0,
    ) -> FakeService:
        words = [*(["strict"] if strict else []), *([f"room {room}"] if room else []), *entrypoint, *command]
        self.engine.calls.append(" ".join(["start", name, *words]))
        number = f"{image.id[7:19]}{len(self.services)}"
        service = FakeService(name, number, list(self.engine.states), self.engine.output)
        service.seen = list(self.engine.samples)
        service.deviations = list(self.engine.deviations)
        self.services.append(service)
        self.engine.environments.append(dict(env or {}))
        if on_line is not None:
            for line in clean(self.engine.output).splitlines():
                on_line(line)
        return service

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
        self.engine.calls.append(f"tool {script}" + (f" room {room}" if room else ""))
        self.engine.requests.append((script, {**request}, timeout_s))
        if cancellation is not None:
            cancellation.check()
        result = self.engine.answer(script, request)
        for event in result.get("events", ()):
            if on_event is not None:
                on_event(event)
        return {name: value for name, value in result.items() if name != "events"}

    @contextmanager
    def lane(self, app: str) -> Iterator[Lane]:
        self.engine.calls.append(f"lane {app}")
        yield Lane("", "", "", split=False)

    def usage(self) -> dict[str, Usage]:
        return {}

    def aside(
        self,
        script: str,
        request: Mapping[str, Any],
        *,
        room: int = 0,
        cpuset: str = "",  # noqa: ARG002 - the protocol's signature
    ) -> FakeAside:
        """What it tells is "events" of the script's answer."""
        self.engine.calls.append(f"aside {script}" + (f" room {room}" if room else ""))
        return FakeAside(list(self.engine.answer(script, request).get("events", ())))


@dataclass
class FakeEngine:
    """`Engine` without an engine. What it should say is set before; what it was asked is in `calls` and `requests`.

    images       known by reference; `build` and `load_root` add theirs     failure   raised by the next build
    tools        script name -> answer                                      states    of each service, in order
    """

    images: dict[str, Image] = field(default_factory=dict)
    tools: dict[str, Answer] = field(default_factory=dict)
    states: Sequence[State] = (State(True), State(False, 143))
    samples: Sequence[Sample] = ()
    output: bytes = b"listening on 8000\n"
    deviations: Sequence[str] = ()
    log: str = "Step 1/1 : FROM scratch\nSuccessfully built\n"
    failure: Exception | None = None
    calls: list[str] = field(default_factory=list)
    requests: list[tuple[str, dict[str, Any], float]] = field(default_factory=list)
    environments: list[dict[str, str]] = field(default_factory=list)
    builds: list[dict[str, Any]] = field(default_factory=list)

    def describe(self, limits: Limits) -> dict[str, Any]:
        described = {"engine": "fake 1", "runtime": "none", "cpu": "pretended", "cores": 2, "memory_bytes": 8 * 1024**3}
        return described | {"policy": {"default": RunPolicy.for_limits(limits).digest()}}

    def image(self, reference: str) -> Image | None:
        by_id = {image.id: image for image in self.images.values()}
        return self.images.get(reference) or by_id.get(reference)

    def pull(self, reference: str) -> Image:
        self.calls.append(f"pull {reference}")
        image = self.image(reference)
        if image is None:
            raise HostFault("image_unavailable", f"The image {reference} could not be pulled")
        return image

    def load_root(self, root_tar: Path, reference: str, *, changes: Sequence[str]) -> Image:
        self.calls.append(f"load {reference} of {root_tar.name} with {len(changes)} changes")
        return self.images.setdefault(reference, fake_image(reference))

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
        self.calls.append(f"build {reference}")
        self.builds.append(
            {
                "context": context,
                "dockerfile": dockerfile,
                "labels": dict(labels),
                "limits": limits,
                "files": dict(files or {}),
                "cpuset": cpuset,
                "trusted": trusted,
            }
        )
        if cancellation is not None:
            cancellation.check()
        if self.failure is not None:
            raise self.failure
        if on_line is not None:
            for line in self.log.splitlines():
                on_line(line)
        return self.images.setdefault(reference, fake_image(reference)), self.log

    def remove_image(self, reference: str) -> None:
        self.calls.append(f"remove {reference}")
        self.images.pop(reference, None)

    def remove_images(self, evaluation: str) -> None:
        own = image_name(evaluation)
        for name in [one for one in self.images if one == own or one.startswith(f"{own}.")]:
            self.remove_image(name)

    def prepare(self, evaluation: str, limits: Limits) -> None:
        """Nothing here takes time."""

    def give_up(self, evaluation: str) -> None:
        """There is nothing to take away."""

    @contextmanager
    def pod(
        self,
        evaluation: str,
        limits: Limits,  # noqa: ARG002 - the protocol's signature
        *,
        hosts: Sequence[str] = (),  # noqa: ARG002
        rooms: Sequence[Sequence[str]] = (),
    ) -> Iterator[FakePod]:
        self.calls.append(f"pod {evaluation}")
        try:
            yield FakePod(self, evaluation, rooms=1 + len(rooms))
        finally:
            self.calls.append(f"close {evaluation}")

    def reap(self, alive: frozenset[str], standing: Ask = unknown) -> list[str]:  # noqa: ARG002
        self.calls.append(f"reap all but {', '.join(sorted(alive)) or 'none'}")
        return []

    def evict(self) -> list[str]:
        return []

    def answer(self, script: str, request: Mapping[str, Any]) -> Result:
        """The next answer of a script; HostFault("tool_failed") when none was given."""
        if script not in self.tools:
            raise HostFault("tool_failed", f"Our script {script} did not answer", detail="No answer was scripted.")
        answer = self.tools[script]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(request)
        if isinstance(answer, Mapping):
            return dict(answer)
        asked = sum(1 for name, _, _ in self.requests if name == script)
        return dict(answer[min(max(asked, 1), len(answer)) - 1])
