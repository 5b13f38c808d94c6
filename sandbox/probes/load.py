"""How fast and how reliably does it answer at the standard rate, and how many requests a second can it answer?"""

from __future__ import annotations

from typing import Any

from sandbox.diagnosis import diagnose_run
from sandbox.faults import HostFault
from sandbox.probes import Probe, Target

CLOSED_USERS = 8
CLOSED_S = 5.0
SLACK_S = 60.0


def gather(target: Target) -> dict[str, Any]:
    """Locust in the service's namespace, as a process of its own; a service that dies of it is the team's fault."""
    scenario = target.seen["scenario"]
    if not scenario.get("requests"):
        raise HostFault("no_scenario", "no request was found that could be sent")
    limits = target.limits
    try:
        document = target.pod.tool(
            "load",
            {
                "port": target.port,
                "requests": scenario["requests"],
                "rate_rps": limits.load_rate_rps,
                "users": limits.load_users,
                "warmup_s": limits.load_warmup_s,
                "window_s": limits.load_window_s,
                "closed_users": CLOSED_USERS,
                "closed_s": CLOSED_S,
                "health_path": target.seen["boot"].get("health_path") or scenario["requests"][0]["path"],
            },
            timeout_s=limits.load_warmup_s + limits.load_window_s + CLOSED_S + SLACK_S,
            on_event=lambda event: target.say(f"load: {event['phase']}", event["fraction"]),
            cancellation=target.cancellation,
        )
    finally:
        state = target.service.state()
    if not state.running:
        log = target.service.logs().decode("utf-8", "replace")
        fault = diagnose_run(log, state.exit_code, state.oom_killed, state.killed, target.plan)
        fault.evidence = document
        raise fault
    return document | {"scenario": scenario["source"], "shell": scenario["shell"]}


PROBE = Probe("load", 1, 30, "service", "How fast does it answer, and how much?", gather)
