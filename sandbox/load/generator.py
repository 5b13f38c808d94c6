"""The load generator beside a service: told one step after another, over `Pod.aside`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sandbox.engine import Pod
from sandbox.faults import Cancellation, HostFault
from sandbox.load.steps import Step

LOOK_EVERY_S = 0.1
# Beyond a step's own time: asking each request again before and after it, and the rows' way into figures.
SLACK_S = 75.0


class Generator:
    """Locust in the service's namespace until the pod closes. `alive` is asked while a step runs."""

    def __init__(
        self,
        pod: Pod,
        request: dict[str, Any],
        *,
        cancellation: Cancellation | None = None,
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        self._aside = pod.aside("load", request)
        self._cancellation, self._alive = cancellation or Cancellation(), alive
        self._done = 0

    def run(self, step: Step, say: Callable[[float], None] = lambda _share: None) -> dict[str, Any]:
        """The step's document (`figures.figures`), with `at` when it began on the monotonic clock. HostFault."""
        began = time.monotonic()
        self._aside.tell({"step": step.to_json()})
        until = began + step.seconds + step.drain_s + SLACK_S
        while True:
            events = self._aside.events()
            found = [event["step"] for event in events if isinstance(event.get("step"), dict)]
            if len(found) > self._done:
                self._done += 1
                return {"kind": step.kind, **found[self._done - 1], "at": began}
            self._cancellation.check()
            if events and "failed" in events[-1]:
                raise HostFault("tool_failed", "the load generator ended", detail=str(events[-1]["failed"]))
            if not self._alive():
                raise HostFault("service_gone", "the service ended while it was under load")
            if time.monotonic() > until:
                raise HostFault("tool_failed", f"the load generator did not end its step {step.name}")
            say(min(1.0, (time.monotonic() - began) / (step.seconds + 1.0)))
            time.sleep(LOOK_EVERY_S)
