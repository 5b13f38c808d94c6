"""Does the service start, where does it listen, and does it say that it is healthy?"""

from __future__ import annotations

from typing import Any

from sandbox.probes import Probe, Target
from sandbox.readiness import unready, wait_ready


def gather(target: Target) -> dict[str, Any]:
    """Wait until it answers; TeamFault, with what was seen, when it exits, never listens or answers nothing useful."""
    document = wait_ready(target, target.service, target.limits.boot_s, since=target.started_at)
    if document["state"] == "failed":
        raise unready(target, target.service, document)
    target.say(f"{document['state']} on port {document['port']} after {document['ready_after_s']:.1f} s", 1.0)
    return document


PROBE = Probe("boot", 1, 0, "service", "Does the service start and say that it is healthy?", gather)
