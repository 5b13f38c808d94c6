"""What the host does beside a load: a script on the loaded app's core, and what each of our containers has used."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sandbox.engine import Pod
from sandbox.engine.usage import engine_s, own_process_s

SPINS = 6
# Of its core: a service that works as much on its own makes a loop beside it slow, whatever the host does.
OWN_WORK = 0.10


@dataclass(frozen=True)
class Reading:
    """Processor seconds so far: of everybody, of this evaluation (its containers, this process, the engine)."""

    at: float
    everybody_s: float
    steal_s: float
    total_s: float
    own_s: float
    throttled: int


@dataclass(frozen=True)
class Between:
    """Of the time between two readings: cores used by others, the share that was stolen, throttled periods."""

    foreign_cpu: float
    steal: float
    throttled_periods: int


class Gauge:
    """`service` is the loaded app's container; `cpuset` its cores."""

    def __init__(self, pod: Pod, service: str, cpuset: str) -> None:
        self._pod, self._service = pod, service
        self._aside = pod.aside("gauge", {}, cpuset=cpuset)

    def spin(self) -> float | None:
        """Milliseconds of the best of a few fixed loops on the app's core; None where the app itself worked then."""
        before, began = self._app_s(), time.monotonic()
        found = float(self._aside.tell({"spin": SPINS})["spin_ms"])
        worked = self._app_s() - before
        return None if worked > OWN_WORK * (time.monotonic() - began) else found

    def _app_s(self) -> float:
        app = self._pod.usage().get(self._service)
        return app.cpu_s if app else 0.0

    def read(self) -> Reading:
        stat = self._aside.tell({})["stat"]
        usage = self._pod.usage()
        app = usage.get(self._service)
        own = sum(one.cpu_s for one in usage.values()) + own_process_s() + engine_s()
        return Reading(
            time.monotonic(), stat["user_s"], stat["steal_s"], stat["total_s"], own, app.throttled_periods if app else 0
        )


def between(before: Reading, after: Reading) -> Between:
    passed = max(after.at - before.at, 0.001)
    foreign = (after.everybody_s - before.everybody_s) - (after.own_s - before.own_s)
    total = max(after.total_s - before.total_s, 0.001)
    return Between(
        round(max(0.0, foreign / passed), 3),
        round(max(0.0, (after.steal_s - before.steal_s) / total), 4),
        max(0, after.throttled - before.throttled),
    )
