"""Does it say what it misses when it is started without its settings?"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

from sandbox.deployment import app_environment
from sandbox.faults import TeamFault, clean
from sandbox.probes import Probe, Target
from sandbox.readiness import wait_ready
from sandbox.resilience.dependencies import patience

# Names of what a service cannot make up for itself.
REQUIRED = re.compile(
    r"URL|URI|HOST|DSN|KEY|SECRET|TOKEN|PASSWORD|PASSWD|DATABASE|_DB\b|DB_|ADDRESS|BROKER|ENDPOINT", re.IGNORECASE
)
OURS = frozenset({"PORT", "HOST"})
BOOT_S = 12.0
LOG_BYTES = 64 * 1024
SHOWN_LINES = 3


def gather(target: Target) -> dict[str, Any]:
    """{removed: [name], state, as_before, exit_code, named: [name], tail}; `removed` is empty when it was given none.

    `as_before` is whether it is as well as it was with them.
    """
    removed = [name for name in target.plan.env if name not in OURS and REQUIRED.search(name)]
    if not removed:
        return {"removed": []}
    target.service.signal("SIGKILL")
    target.service.wait(10.0)
    env = {name: value for name, value in app_environment(target.plan).items() if name not in removed}
    since = time.monotonic()
    service = target.pod.start("unset", target.image, command=target.plan.start, env=env)
    own = replace(target, service=service, seen={}, started_at=since, say=lambda *_: None)
    try:
        state = wait_ready(own, service, patience(target, BOOT_S), since=since)["state"]
    except TeamFault:
        state = "exited"
    finally:
        after = service.state()
        service.signal("SIGKILL")
    log = clean(service.logs(LOG_BYTES))
    return {
        "removed": removed,
        "state": state,
        "as_before": state == target.seen["boot"]["state"],
        "exit_code": after.exit_code,
        "named": [name for name in removed if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", log, re.IGNORECASE)],
        "tail": [line for line in log.split("\n") if line.strip()][-SHOWN_LINES:],
    }


PROBE = Probe("settings", 1, 97, "service", "Does it say what it misses without its settings?", gather)
