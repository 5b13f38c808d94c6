"""A pod: one network namespace with nothing outside it, the services in it, and the tools that look at them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sandbox.engine import Image, OnLine, container, tool
from sandbox.engine.account import number_of
from sandbox.engine.aside import DockerAside
from sandbox.engine.container import Host
from sandbox.engine.owner import EVALUATION, check_key, evaluation_of, labels_for, name_of
from sandbox.engine.placement import place
from sandbox.engine.policy import HOSTNAME, RunPolicy, plain_path
from sandbox.engine.service import DockerService
from sandbox.faults import Cancellation, HostFault
from sandbox.limits import MIB, Limits

PAUSE = "pause"
# It owns the namespace and does nothing: a service may end and start again and still finds its network there.
SLEEP = ("python3", "-I", "-S", "-c", "import signal; signal.pause()")


class DockerPod:
    """`Pod` on Docker, to be used in `with`. Leaving removes every container of the evaluation, whatever happened."""

    def __init__(
        self, host: Host, tools: Callable[[], Image], evaluation: str, limits: Limits, hosts: tuple[str, ...] = ()
    ) -> None:
        self.evaluation = check_key(evaluation)
        self._host, self._api, self._make_tools, self._limits, self._hosts = host, host.api, tools, limits, hosts
        self._placement = place(host.cores)
        self._services: list[DockerService] = []
        self._asides: list[DockerAside] = []
        self._numbers = itertools.count(1)
        self._tools: Image | None = None
        self.pause = ""

    def __enter__(self) -> DockerPod:
        self._remove_all()  # what an attempt that was killed has left behind
        try:
            self._tools = self._make_tools()
            policy = self._tool_policy(self._tools)
            policy = policy.placed(network="none", cpuset=self._placement.tools, cores=len(self._host.cores))
            names = (HOSTNAME, *(check_key(name) for name in self._hosts))
            policy = replace(policy, profile="pause", memory_bytes=64 * MIB, pids=16, stdin=False, hosts=names)
            name = name_of(self.evaluation, PAUSE)
            self.pause = container.create(
                self._api, name, policy, self._tools.id, labels=self._labels(PAUSE), entrypoint=SLEEP
            )
            container.start(self._api, self.pause, name, policy)
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
        self._remove_all()

    def start(
        self,
        name: str,
        image: Image,
        *,
        command: Sequence[str] = (),
        env: Mapping[str, str] | None = None,
        strict: bool = False,
        limits: Limits | None = None,
        on_line: OnLine | None = None,
    ) -> DockerService:
        env, limits = dict(env or {}), limits or self._limits
        policy = RunPolicy.for_limits(
            limits,
            strict,
            image,
            runtime=self._host.runtime,
            swappiness=self._host.swappiness,
            remapped=self._host.remapped,
            user_number=self._user_number(image),
        ).placed(
            network=f"container:{self.pause}",
            cpuset=self._placement.services,
            cores=len(self._host.cores),
            environment=env,
        )
        # A second service of the same name (a strict try after the first one) gets a number of its own.
        role = f"app-{check_key(name)}-{next(self._numbers)}"
        created = container.create(
            self._api,
            name_of(self.evaluation, role),
            policy,
            image.id,
            labels=self._labels(role),
            command=command,
            env=env,
        )
        service = DockerService(
            self._api, name, created, policy=policy, owner=self.pause, limits=limits, on_line=on_line
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
    ) -> dict[str, Any]:
        created, policy = self._create_tool(script)
        try:
            return tool.run(
                self._api,
                created,
                script,
                request,
                policy=policy,
                owner=self.pause,
                timeout_s=timeout_s,
                on_event=on_event,
                cancellation=cancellation,
            )
        finally:
            self._api.remove(created)

    def aside(self, script: str, request: Mapping[str, Any]) -> DockerAside:
        created, policy = self._create_tool(script)
        aside = DockerAside(self._api, created, script)
        self._asides.append(aside)
        aside.begin(request, policy=policy, owner=self.pause)
        return aside

    def _create_tool(self, script: str) -> tuple[str, RunPolicy]:
        """A container of the tools image that will run one of our scripts, and the policy that it is under."""
        if self._tools is None:
            raise RuntimeError("the pod is used outside its block")
        policy = self._tool_policy(self._tools).placed(
            network=f"container:{self.pause}", cpuset=self._placement.tools, cores=len(self._host.cores)
        )
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

    def _remove_all(self) -> None:
        """By the names that we gave; those who share the namespace before the one who owns it."""
        mine = [
            summary
            for summary in self._api.containers({"label": [f"{EVALUATION}={self.evaluation}"]})
            if evaluation_of(summary) == self.evaluation
        ]
        mine.sort(key=lambda summary: f"/{name_of(self.evaluation, PAUSE)}" in summary["Names"])
        for summary in mine:
            self._api.remove(summary["Id"])
