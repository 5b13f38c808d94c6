"""The container that owns a network namespace and does nothing: made when a pod opens, or ahead of it.

A container with a namespace of its own takes the engine longest to start. So one is begun as soon as an evaluation is,
while its source is fetched and its image is built, for the pod that most need: one room, and no names in it. The pod
takes it when it wants one under exactly that policy, and else makes its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace

from sandbox.engine import Image, container
from sandbox.engine.container import Host
from sandbox.engine.owner import check_key, labels_for, name_of
from sandbox.engine.placement import place
from sandbox.engine.policy import HOSTNAME, RunPolicy
from sandbox.faults import HostFault
from sandbox.limits import MIB, Limits

PAUSE = "pause"
# A service may end and start again and still finds its network there.
SLEEP = ("python3", "-I", "-S", "-c", "import signal; signal.pause()")
AT_ONCE = 4


@dataclass(frozen=True)
class Owner:
    """A running container, compared with its policy when it was started."""

    id: str
    policy: RunPolicy


def policy_of(host: Host, image: Image, hosts: Iterable[tuple[str, str]] = ()) -> RunPolicy:
    """The policy of the owner of a room, which knows these names."""
    policy = RunPolicy.for_tools(image, runtime=host.runtime, swappiness=host.swappiness, remapped=host.remapped)
    policy = policy.placed(network="none", cpuset=place(host.cores).tools, cores=len(host.cores))
    names = ((HOSTNAME, "127.0.0.1"), *hosts)
    return replace(policy, profile="pause", memory_bytes=64 * MIB, pids=16, stdin=False, hosts=names)


def make(host: Host, image: Image, policy: RunPolicy, evaluation: str, limits: Limits, *, role: str = PAUSE) -> Owner:
    """Create it, compare, start, compare again; it is gone again when that fails."""
    name, labels = name_of(evaluation, role), labels_for(evaluation, role, limits.evaluation_s)
    created = container.create(host.api, name, policy, image.id, labels=labels, entrypoint=SLEEP)
    try:
        container.start(host.api, created, name, policy)
    except BaseException:
        with suppress(HostFault):  # the engine is away: whoever uses it next says so, and the reaper comes
            host.api.remove(created)
        raise
    return Owner(created, policy)


class Ahead:
    """Owners that are begun before their pod is, by the key of the evaluation."""

    def __init__(self, host: Callable[[], Host], tools: Callable[[], Image]) -> None:
        self._host, self._tools = host, tools
        self._threads = ThreadPoolExecutor(AT_ONCE, "assay-ahead")
        self._begun: dict[str, Future[Owner]] = {}

    def begin(self, evaluation: str, limits: Limits) -> None:
        """Returns at once; nothing when one has been begun already."""
        if check_key(evaluation) not in self._begun:
            self._begun[evaluation] = self._threads.submit(self._make, evaluation, limits)

    def take(self, evaluation: str) -> Owner | None:
        """What was begun for it, once; None when nothing was, or when it could not be made."""
        begun = self._begun.pop(evaluation, None)
        if begun is not None:
            with suppress(HostFault):  # the pod tries for itself, and says why it cannot
                return begun.result()
        return None

    def drop(self, evaluation: str) -> None:
        """Remove what no pod took."""
        owner = self.take(evaluation)
        if owner is not None:
            with suppress(HostFault):  # the engine is away: the reaper comes
                self._host().api.remove(owner.id)

    def close(self) -> None:
        for evaluation in list(self._begun):
            self.drop(evaluation)
        self._threads.shutdown()

    def _make(self, evaluation: str, limits: Limits) -> Owner:
        host, image = self._host(), self._tools()
        return make(host, image, policy_of(host, image), evaluation, limits)
