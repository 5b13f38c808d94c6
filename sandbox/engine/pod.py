"""A pod: a network namespace (or several, joined) with nothing outside, its services, the tools that look at them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from sandbox.engine import Image, OnLine, container, namespace, tool
from sandbox.engine.account import number_of
from sandbox.engine.aside import DockerAside
from sandbox.engine.container import Host
from sandbox.engine.namespace import PAUSE, Owner
from sandbox.engine.owner import EVALUATION, check_key, evaluation_of, labels_for, name_of
from sandbox.engine.placement import Lane, Placement, lane, place
from sandbox.engine.policy import RunPolicy, plain_path
from sandbox.engine.process import SHARES_THE_KERNEL
from sandbox.engine.rooms import Rooms, wire
from sandbox.engine.service import DockerService
from sandbox.engine.usage import Meter, Usage
from sandbox.faults import Cancellation, HostFault, TeamFault
from sandbox.limits import Limits


class DockerPod:
    """`Pod` on Docker, to be used in `with`. Leaving removes every container of the evaluation, whatever happened.

    `ahead` gives the owner of a namespace that was begun before, if there is one.
    """

    def __init__(
        self,
        host: Host,
        tools: Callable[[], Image],
        evaluation: str,
        limits: Limits,
        *,
        rooms: Sequence[Sequence[str]] = ((),),
        ahead: Callable[[], Owner | None] = lambda: None,
    ) -> None:
        self.evaluation = check_key(evaluation)
        self._ahead = ahead
        self._host, self._api, self._make_tools, self._limits = host, host.api, tools, limits
        self._rooms = Rooms(tuple(tuple(check_key(name) for name in names) for names in rooms))
        self._placement = place(host.cores)
        self._everyday = self._placement
        self._services: list[DockerService] = []
        self._asides: list[DockerAside] = []
        self._meters: dict[str, Meter] = {}
        self._numbers = itertools.count(1)
        self._tools: Image | None = None
        self._owners: list[str] = []  # of each room's namespace
        self._leaving: list[threading.Thread] = []

    def __enter__(self) -> DockerPod:
        ready = self._ahead()
        try:
            self._remove_all(ready)  # what an attempt that was killed has left behind
            self._tools = self._make_tools()
            shared = self._host.runtime in SHARES_THE_KERNEL
            for room in range(len(self._rooms.names) if shared else 1):
                self._own(room, self._tools, ready)
            if len(self._owners) > 1:
                own = self._tool_policy(self._tools)
                places = [(owner, self._joined(own, room)) for room, owner in enumerate(self._owners)]
                wire(
                    self._host,
                    image=self._tools,
                    evaluation=self.evaluation,
                    limits=self._limits,
                    rooms=self._rooms,
                    places=places,
                )
        except BaseException:
            self._remove_all()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for service in self._services:
            with suppress(HostFault):  # the removal below says it when the engine is away
                self._api.kill(service.id)
            service.close()
        for aside in self._asides:
            aside.close()
        for removal in self._leaving:
            removal.join()
        self._remove_all()

    @property
    def pause(self) -> str:
        """The container that owns the first room's namespace."""
        return self._owners[0] if self._owners else ""

    @property
    def rooms(self) -> int:
        """How many namespaces it has: only one where the runtime keeps a network of its own for each container."""
        return max(1, len(self._owners))

    def _own(self, room: int, image: Image, ready: Owner | None) -> None:
        """Have the container that owns a room's namespace: the one that is ready, if the first room wants just that."""
        policy = namespace.policy_of(self._host, image, self._rooms.hosts(room))
        if room == 0 and ready is not None:
            if ready.policy == policy:
                self._owners.append(ready.id)
                return
            self._api.remove(ready.id)
        role = f"{PAUSE}-{room}" if room else PAUSE
        self._owners.append(namespace.make(self._host, image, policy, self.evaluation, self._limits, role=role).id)

    def _joined(self, policy: RunPolicy, room: int, environment: Iterable[str] = (), *, tool: bool = True) -> RunPolicy:
        """The policy of a container in that room."""
        placed = policy.placed(
            network=f"container:{self._owners[room]}",
            cpuset=self._placement.tools if tool else self._placement.services,
            cores=len(self._host.cores),
            environment=environment,
        )
        return replace(placed, links=self._rooms.links(room))

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
    ) -> DockerService:
        env, limits = dict(env or {}), limits or self._limits
        if room >= self.rooms:
            raise TeamFault(
                "port_taken",
                f"{name} listens on the same port as another service of the stack, which this host cannot keep apart",
                fix="Give one of them another port.",
            )
        own = RunPolicy.for_limits(
            limits,
            strict,
            image,
            runtime=self._host.runtime,
            swappiness=self._host.swappiness,
            remapped=self._host.remapped,
            user_number=self._user_number(image),
        )
        policy = self._joined(own, room, env, tool=False)
        # A second service of the same name (a strict try after the first one) gets a number of its own.
        role = f"app-{check_key(name)}-{next(self._numbers)}"
        created = container.create(
            self._api,
            name_of(self.evaluation, role),
            policy,
            image.id,
            labels=self._labels(role),
            command=command,
            entrypoint=entrypoint,
            env=env,
        )
        service = DockerService(
            self._api, name, created, policy=policy, owner=self._owners[room], limits=limits, on_line=on_line
        )
        service.begin()
        self._services.append(service)
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
        created, policy = self._create_tool(script, room)
        try:
            result = tool.run(
                self._api,
                created,
                script,
                request,
                policy=policy,
                owner=self._owners[room],
                timeout_s=timeout_s,
                on_event=on_event,
                cancellation=cancellation,
            )
        except BaseException:
            self._api.remove(created)
            raise
        self._let_go(created)
        return result

    def _let_go(self, created: str) -> None:
        """Remove what has answered; nobody has to wait for it."""

        def remove() -> None:
            with suppress(HostFault):  # the removal at the end says it when the engine is away
                self._api.remove(created)

        self._leaving.append(threading.Thread(target=remove, name=f"assay-remove-{created[:12]}"))
        self._leaving[-1].start()

    def aside(self, script: str, request: Mapping[str, Any], *, room: int = 0, cpuset: str = "") -> DockerAside:
        created, policy = self._create_tool(script, room, cpuset)
        aside = DockerAside(self._api, created, script)
        self._asides.append(aside)
        aside.begin(request, policy=policy, owner=self._owners[room])
        return aside

    @contextmanager
    def lane(self, app: str) -> Iterator[Lane]:
        found = lane(self._host.cores, self._limits.run_cpus)
        if not found.split:
            yield found
            return
        before = [(service, service.policy.cpuset) for service in self._services]
        asides = list(self._asides)
        try:
            for service, _ in before:
                service.pin(found.app if service.id == app else found.rest)
            for aside in asides:
                aside.pin(found.rest)
            self._placement = Placement(self._everyday.services, found.generator)
            yield found
        finally:
            self._placement = self._everyday
            for service, cpuset in before:
                service.pin(cpuset)
            for aside in asides:
                aside.pin(self._everyday.tools)

    def usage(self) -> dict[str, Usage]:
        mine = {service.id for service in self._services} | {aside.id for aside in self._asides}
        for new in mine - self._meters.keys():
            self._meters[new] = Meter(self._api, new)
        read = {one: self._meters[one].read() for one in mine}
        return {one: usage for one, usage in read.items() if usage is not None}

    def _create_tool(self, script: str, room: int, cpuset: str = "") -> tuple[str, RunPolicy]:
        """A container of the tools image that will run one of our scripts, and the policy that it is under."""
        if self._tools is None:
            raise RuntimeError("the pod is used outside its block")
        policy = self._joined(self._tool_policy(self._tools), room)
        if cpuset:
            policy = replace(policy, cpuset=cpuset)
        role = f"tool-{next(self._numbers)}"
        created = container.create(
            self._api,
            name_of(self.evaluation, role),
            policy,
            self._tools.id,
            labels=self._labels(role),
            entrypoint=tool.command(script),
        )
        return created, policy

    def _user_number(self, image: Image) -> int:
        """Asked of the image only where it matters: /tmp is everybody's, a declared volume is its user's."""
        config = image.config
        if not config.get("volumes"):
            return 0
        role = f"account-{next(self._numbers)}"
        name, labels = name_of(self.evaluation, role), self._labels(role)
        volumes = [plain_path(path) for path in config["volumes"]]
        return number_of(self._api, image.id, config.get("user") or "", name=name, labels=labels, volumes=volumes)

    def _tool_policy(self, image: Image) -> RunPolicy:
        host = self._host
        return RunPolicy.for_tools(image, runtime=host.runtime, swappiness=host.swappiness, remapped=host.remapped)

    def _labels(self, role: str) -> dict[str, str]:
        return labels_for(self.evaluation, role, self._limits.evaluation_s)

    def _remove_all(self, but: Owner | None = None) -> None:
        """By the names that we gave; those who share the namespace before the one who owns it."""
        mine = [
            summary
            for summary in self._api.containers({"label": [f"{EVALUATION}={self.evaluation}"]})
            if evaluation_of(summary) == self.evaluation and (but is None or summary["Id"] != but.id)
        ]
        owners = name_of(self.evaluation, PAUSE)
        mine.sort(key=lambda summary: any(name.lstrip("/").startswith(owners) for name in summary["Names"]))
        for summary in mine:
            self._api.remove(summary["Id"])
