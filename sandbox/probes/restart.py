"""Does it come back after it was stopped, with its writable layer as it left it?"""

from __future__ import annotations

import time
from typing import Any

from sandbox.faults import TeamFault
from sandbox.probes import Probe, Target
from sandbox.readiness import wait_ready


def gather(target: Target) -> dict[str, Any]:
    """{answers, state, ready_after_s, why}; a service that does not come back is a finding, not the end."""
    since = time.monotonic()
    target.service.restart()
    try:
        document = wait_ready(target, target.service, target.limits.boot_s, since=since)
    except TeamFault as fault:
        return {"answers": False, "state": "failed", "ready_after_s": None, "why": fault.title}
    return {
        "answers": document["state"] != "failed",
        "state": document["state"],
        "ready_after_s": document["ready_after_s"],
        "why": document["why"],
    }


PROBE = Probe("restart", 1, 95, "service", "Does it come back after it was stopped?", gather)
