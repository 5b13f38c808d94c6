"""Does it stop by itself when it is asked to, and finish what it has begun?"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from sandbox.asking import SLACK_S, scenario_of
from sandbox.engine import Service, State
from sandbox.faults import HostFault
from sandbox.probes import Probe, Target

GRACE_S = 10.0
# One of each: a server of one thread has taken no more than that, and nobody promises anything to those who wait.
HELD, THREADS = 1, 1


def gather(target: Target) -> dict[str, Any]:
    """SIGTERM amid requests, ten seconds, then SIGKILL: {seconds, exit_code, killed, requests}.

    `requests` is what `sandbox/inside/drain.py` says became of them; None when they could not be sent.
    """
    asked = {"port": target.port, "requests": scenario_of(target), "held": HELD, "threads": THREADS}
    requests: dict[str, Any] | None = None
    with ThreadPoolExecutor(1) as beside:
        endings: list[Future[tuple[State, float]]] = []

        def stop(_event: dict[str, Any]) -> None:
            endings.append(beside.submit(_stop, target.service))

        try:
            requests = target.pod.tool(
                "drain",
                asked | {"seconds": GRACE_S},
                timeout_s=GRACE_S + SLACK_S,
                on_event=stop,
                cancellation=target.cancellation,
            )
        except HostFault as fault:
            if fault.id.startswith("engine"):
                raise
        if not endings:
            stop({})
        state, seconds = endings[0].result()
    killed = state.running
    if killed:
        target.service.signal("SIGKILL")
        state = target.service.wait(GRACE_S)
    return {"seconds": round(seconds, 3), "exit_code": state.exit_code, "killed": killed, "requests": requests}


def _stop(service: Service) -> tuple[State, float]:
    told = time.monotonic()
    service.signal("SIGTERM")
    return service.wait(GRACE_S), time.monotonic() - told


PROBE = Probe("shutdown", 2, 90, "service", "Does it stop when it is asked to?", gather)
