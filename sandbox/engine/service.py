"""A running service of a team: one container under the run policy, watched and followed until the pod closes."""

from __future__ import annotations

import time
from dataclasses import replace

from sandbox.engine import Changes, OnLine, Sample, State, container, written
from sandbox.engine.api import Api
from sandbox.engine.capture import Frames, Newest
from sandbox.engine.follow import Follow
from sandbox.engine.policy import RunPolicy
from sandbox.engine.watch import Watch
from sandbox.limits import Limits

LOOK_EVERY_S = 0.1
LAST_WORDS_S = 2.0


class DockerService:
    """`Service` on Docker. `policy` is what the live container was compared with."""

    def __init__(
        self,
        api: Api,
        name: str,
        id: str,
        *,
        policy: RunPolicy,
        owner: str,
        limits: Limits,
        on_line: OnLine | None,
    ) -> None:
        self.name, self.id, self.policy = name, id, policy
        self._api, self._owner, self._limits, self._on_line = api, owner, limits, on_line
        self._killed = ""
        self._oom: bool | None = None
        self._began = time.time()
        self._watch = Watch(api, id, limits.run_writable_bytes, limits.run_writable_files, self._kill)
        self._follow: Follow | None = None

    def begin(self) -> None:
        """Start the process, compare it with the policy, and watch it."""
        self._start()
        self._watch.start()

    def close(self) -> None:
        """Stop watching and following; the container itself is the pod's to remove."""
        if self._follow is not None:
            self._follow.close()
        self._watch.close()

    def state(self) -> State:
        if self._watch.fault is not None:
            raise self._watch.fault
        inspected = self._api.inspect(self.id)
        if inspected is None:
            return State(False, None, self._seen_oom(), self._killed)
        state = inspected["State"]
        if state["Running"]:
            return State(True, None, self._watch.oom_kills > 0, self._killed)
        return State(False, int(state["ExitCode"]), bool(state["OOMKilled"]) or self._seen_oom(), self._killed)

    def logs(self, limit_bytes: int = 256 * 1024) -> bytes:
        frames, newest = Frames(), Newest(limit_bytes)
        for chunk in self._api.logs(self.id, follow=False):
            for _, data in frames.feed(chunk):
                newest.add(data)
        return newest.value()

    def samples(self) -> list[Sample]:
        return list(self._watch.samples)

    def signal(self, name: str) -> None:
        self._api.kill(self.id, name)

    def wait(self, timeout_s: float) -> State:
        until = time.monotonic() + timeout_s
        while (state := self.state()).running and time.monotonic() < until:
            time.sleep(LOOK_EVERY_S)
        return state

    def pause(self, *, paused: bool) -> None:
        self._api.pause(self.id, paused=paused)

    def restart(self) -> None:
        if self.state().running:
            self._api.kill(self.id)
            self.wait(LAST_WORDS_S)
        if self._follow is not None:
            self._follow.wait(LAST_WORDS_S)
            self._follow.close()
        self._killed, self._oom = "", None
        self._start()

    def changes(self) -> Changes:
        return written.changes(self._api, self.id)

    def size_of(self, path: str) -> int | None:
        return written.size_of(self._api, self.id, path)

    def read(self, path: str, limit_bytes: int) -> bytes:
        return written.read(self._api, self.id, path, limit_bytes)

    def differences(self) -> list[str]:
        return container.differences(self._api, self.id, self.policy, owner=self._owner)

    def allow_output(self, bytes: int) -> None:
        if self._follow is not None:
            self._follow.allow(bytes)

    def pin(self, cpuset: str) -> None:
        """Move it to other cores; what it is compared with moves along."""
        self._api.update(self.id, {"CpusetCpus": cpuset})
        self.policy = replace(self.policy, cpuset=cpuset)

    def _start(self) -> None:
        since = time.time()
        container.start(self._api, self.id, self.name, self.policy, owner=self._owner)
        # The listener is told what was written since this start, not what the engine kept of the one before.
        self._follow = Follow(
            self._api,
            self.id,
            since=since,
            limit=self._limits.run_log_bytes,
            on_line=self._on_line,
            on_excess=self._kill,
        )

    def _kill(self, why: str) -> None:
        self._killed = self._killed or why
        self._api.kill(self.id)

    def _seen_oom(self) -> bool:
        """Whether the memory limit killed a process of it. The exit code does not tell: the engine's event does."""
        if self._oom is None:
            self._oom = self._watch.oom_kills > 0 or self._api.oom_events([self.id], self._began) > 0
        return self._oom
