"""Does it start when what it depends on is there only some seconds later?"""

from __future__ import annotations

import time
from typing import Any

from sandbox.probes import Probe, Target
from sandbox.resilience.dependencies import awaited, bring_back, data_services, patience, restarted, take_away

LATE_S = 5.0
READY_S = 12.0


def gather(target: Target) -> dict[str, Any]:
    """{name, late_s, exited, exit_code, as_before, answers, state, ready_after_s}; only {name: null} without one.

    The first data service is taken away, the application started, and the service brought back LATE_S later;
    `as_before` is whether the application became as well as at its first start.
    """
    found = data_services(target)
    if not found:
        return {"name": None}
    one, service = found[0]
    take_away(service)
    try:
        since = time.monotonic()
        target.service.restart()
        state = target.service.wait(LATE_S)
    finally:
        bring_back(target, one, service)
    seen = {"name": one.name, "late_s": round(time.monotonic() - since, 2), "exited": not state.running}
    seen |= {"exit_code": state.exit_code}
    if not state.running:
        restarted(target)
        return seen | {"as_before": False, "answers": False, "state": "failed", "ready_after_s": None}
    ready = awaited(target, since, patience(target, READY_S) + LATE_S)
    as_before = ready["state"] == target.seen["boot"]["state"]
    ended = target.service.state()
    seen |= {"exited": not ended.running, "exit_code": ended.exit_code}  # it may have given up a little later
    if not as_before:
        restarted(target)
    return seen | {"as_before": as_before} | {name: ready[name] for name in ("answers", "state", "ready_after_s")}


PROBE = Probe("late_start", 1, 62, "service", "Does it start when a data service is late?", gather)
