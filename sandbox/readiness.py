"""Waiting for a service: the boot script's answer, or at once the diagnosis of a process that went away."""

from __future__ import annotations

import time
from typing import Any

from sandbox.diagnosis import diagnose_run
from sandbox.engine import Service
from sandbox.faults import TeamFault
from sandbox.plan import Plan
from sandbox.probes import Target

# Beyond the service's own time: a look that is under way when the time is over may finish.
SLACK_S = 40.0
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
    "speaks_uwsgi": (
        "uWSGI speaks its own protocol on that port, which only a web server before it understands",
        "Write http-socket instead of socket into uwsgi.ini, and proxy_pass instead of uwsgi_pass for nginx.",
    ),
    "answers_errors": (
        "The service answers every request with a server error",
        "Open its front page locally, read the stack trace in the log, and mend its cause.",
    ),
}
# What uWSGI writes when a request of HTTP comes to the port of its own protocol.
_UWSGI = "invalid request block size"
LOG_LINES = 10
HEALTH_WORDS = ("health", "ready", "live", "ping", "status")


class Exited(Exception):
    """The process is gone."""


def wait_ready(target: Target, service: Service, boot_s: float, *, since: float) -> dict[str, Any]:
    """`sandbox/inside/boot.py`'s result for one service; TeamFault as soon as its process exits.

    `since` is when it was started, on the monotonic clock: `ready_after_s` counts from there, not from when our
    script began to look.
    """
    head_start: list[float] = []

    def watch(event: dict[str, Any]) -> None:
        head_start.append(time.monotonic() - since - event["waited_s"])
        target.say(f"booting, {event['waited_s']:.0f} s", min(0.95, event["waited_s"] / boot_s))
        if not service.state().running:
            raise Exited

    try:
        document = target.pod.tool(
            "boot",
            {
                "ports": list(target.plan.ports),
                "taken": sorted(target.taken),
                "paths": health_paths(target.plan),
                "boot_s": boot_s,
            },
            timeout_s=boot_s + SLACK_S,
            on_event=watch,
            cancellation=target.cancellation,
            room=target.room,
        )
    except Exited:
        state = service.state()
        log = service.logs().decode("utf-8", "replace")
        tree = target.workshop.tree if target.workshop else None
        raise diagnose_run(log, state.exit_code, state.oom_killed, state.killed, target.plan, tree_hint=tree) from None
    if document["ready_after_s"] is not None and head_start:
        document["ready_after_s"] = round(document["ready_after_s"] + max(0.0, head_start[0]), 3)
    return document


def unready(target: Target, service: Service, document: dict[str, Any]) -> TeamFault:
    """The fault of a service whose `wait_ready` document has failed, with the last lines that it wrote."""
    log = service.logs(16 * 1024).decode("utf-8", "replace")
    why = (
        "speaks_uwsgi" if document["why"] in ("answers_nothing", "never_listens") and _UWSGI in log else document["why"]
    )
    title, fix = FAULTS[why]
    listening = ", ".join(f"{row['address']}:{row['port']}" for row in document["listening"]) or "nothing"
    tail = log.splitlines()[-LOG_LINES:]
    where = target.plan.hints.get("loopback") if document["why"] == "loopback_only" else None
    detail = "\n".join([f"Listening: {listening}.", *tail])
    fault = TeamFault(why, title, detail=detail, fix=fix, where=where)
    fault.evidence = document
    return fault


def health_paths(plan: Plan) -> list[str]:
    """Paths that may mean health: the buildpack's, then literal routes of the source that are named so."""
    routes = [str(route.get("path", "")) for route in plan.hints.get("routes", []) if isinstance(route, dict)]
    named = [path for path in routes if any(word in path.lower() for word in HEALTH_WORDS) and "{" not in path]
    return [*plan.health, *named][:20]
