"""Does the service start, where does it listen, and does it say that it is healthy?"""

from __future__ import annotations

from typing import Any

from sandbox.faults import TeamFault
from sandbox.probes import Probe, Target
from sandbox.readiness import wait_ready

FAULTS = {
    "never_listens": (
        "The process runs, but listens on no port",
        "Start a server on 0.0.0.0 and on the port that the PORT variable names; a script that only prints is none.",
    ),
    "loopback_only": (
        "The service listens only on 127.0.0.1",
        "Bind 0.0.0.0 instead of 127.0.0.1 or localhost: from outside its container nobody can reach it now.",
    ),
    "answers_nothing": (
        "The service accepts connections and never answers HTTP",
        "Make sure that an HTTP server listens on that port and that no request waits for something at start.",
    ),
    "answers_errors": (
        "The service answers every request with a server error",
        "Open its front page locally, read the stack trace in the log, and mend its cause.",
    ),
}
LOG_LINES = 10


def gather(target: Target) -> dict[str, Any]:
    """Wait until it answers; TeamFault, with what was seen, when it exits, never listens or answers nothing useful."""
    document = wait_ready(target, target.service, target.limits.boot_s, since=target.started_at)
    if document["state"] == "failed":
        raise _fault(target, document)
    target.say(f"{document['state']} on port {document['port']} after {document['ready_after_s']:.1f} s", 1.0)
    return document


def _fault(target: Target, document: dict[str, Any]) -> TeamFault:
    title, fix = FAULTS[document["why"]]
    listening = ", ".join(f"{row['address']}:{row['port']}" for row in document["listening"]) or "nothing"
    tail = target.service.logs(16 * 1024).decode("utf-8", "replace").splitlines()[-LOG_LINES:]
    where = target.plan.hints.get("loopback") if document["why"] == "loopback_only" else None
    detail = "\n".join([f"Listening: {listening}.", *tail])
    fault = TeamFault(document["why"], title, detail=detail, fix=fix, where=where)
    fault.evidence = document
    return fault


PROBE = Probe("boot", 1, 0, "service", "Does the service start and say that it is healthy?", gather)
