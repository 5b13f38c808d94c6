"""Does it also run as user 65534 on a read-only root file system?"""

from __future__ import annotations

import time
from typing import Any

from sandbox.deployment import app_environment
from sandbox.diagnosis import telling_line
from sandbox.faults import TeamFault
from sandbox.probes import Probe, Target
from sandbox.readiness import unready, wait_ready

STRICT_BOOT_S = 30.0


def gather(target: Target) -> dict[str, Any]:
    """A second container of the same image under the strict profile: {answers, state, why}."""
    target.service.signal("SIGKILL")
    target.service.wait(10.0)
    since = time.monotonic()
    plan = target.plan
    service = target.pod.start("strict", target.image, command=plan.start, env=app_environment(plan), strict=True)
    try:
        document = wait_ready(target, service, min(STRICT_BOOT_S, target.limits.boot_s), since=since)
        if document["state"] == "failed":
            raise unready(target, service, document)
    except TeamFault as fault:
        wrote = telling_line(fault.detail)
        why = f"{fault.title}: {wrote}" if wrote else fault.title
        return {"answers": False, "state": "failed", "why": why}
    finally:
        service.signal("SIGKILL")
    return {"answers": True, "state": document["state"], "why": document["why"]}


PROBE = Probe("strict", 1, 99, "service", "Does it run as an ordinary user on a read-only root?", gather)
