"""Does it stop by itself when it is asked to?"""

from __future__ import annotations

import time
from typing import Any

from sandbox.probes import Probe, Target

GRACE_S = 10.0


def gather(target: Target) -> dict[str, Any]:
    """SIGTERM, ten seconds, then SIGKILL: {seconds, exit_code, killed}."""
    started = time.monotonic()
    target.service.signal("SIGTERM")
    state = target.service.wait(GRACE_S)
    killed = state.running
    if killed:
        target.service.signal("SIGKILL")
        state = target.service.wait(GRACE_S)
    return {"seconds": round(time.monotonic() - started, 3), "exit_code": state.exit_code, "killed": killed}


PROBE = Probe("shutdown", 1, 90, "service", "Does it stop when it is asked to?", gather)
