"""Does the evaluation set that the repository brings run, and does it notice when the model is gone?"""

from __future__ import annotations

import time
from typing import Any

from sandbox.deployment import app_environment
from sandbox.faults import clean
from sandbox.gateway import Models
from sandbox.jobs.metrics import in_log
from sandbox.launch.command import shell
from sandbox.probes import Probe, Target

LIMIT_S, AGAIN_S = 60.0, 20.0
LOG_BYTES = 64 * 1024
SHOWN_LINES, SHOWN_METRICS = 12, 10


def gather(target: Target) -> dict[str, Any]:
    """{offered, declared, why, exit_code, seconds, limit_s, calls, metrics, tail, again: {exit_code, calls, metrics}}.

    The declared command runs instead of the image's own start, beside the app and the gateway and with no way out, on a
    model that keeps to what it is given: what the set expects of its own documents can be met. When it succeeds, once
    more with a model that fails. `why` is "": nothing keeps it from being run.
    """
    if target.models is None:
        return {"offered": False}
    command = (target.plan.hints.get("ai") or {}).get("evaluate")
    if not command:
        return {"offered": True, "declared": False}
    again = None
    try:
        target.models.behave("normal", persona="scholar")
        first = _run(target, target.models, command, LIMIT_S)
        if first["exit_code"] == 0 and first["calls"] and first["seconds"] <= AGAIN_S:
            target.say("once more with a model that fails", 0.6)
            target.models.behave("failing")
            again = _run(target, target.models, command, LIMIT_S)
    finally:
        target.models.behave("normal")
    return {"offered": True, "declared": True, "why": "", "limit_s": LIMIT_S, **first, "again": again}


def _run(target: Target, models: Models, command: Any, limit_s: float) -> dict[str, Any]:
    before = models.rule({})
    argv = tuple(command) if isinstance(command, list) else shell(command, "")
    since = time.monotonic()
    service = target.pod.start("evaluate", target.image, entrypoint=argv, env=app_environment(target.plan))
    state = service.wait(limit_s)
    if state.running:
        service.signal("SIGKILL")
        service.wait(limit_s)
    log = clean(service.logs(LOG_BYTES))
    return {
        "exit_code": None if state.running else state.exit_code,
        "seconds": round(time.monotonic() - since, 2),
        "calls": models.rule({}) - before,
        "metrics": in_log(log)[:SHOWN_METRICS],
        "tail": log.splitlines()[-SHOWN_LINES:],
    }


PROBE = Probe("ai_evaluation", 2, 66, "service", "Does the repository's evaluation set run?", gather)
