"""How fast and how reliably does it answer at the standard rate, and how many requests a second can it answer?"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from sandbox.diagnosis import diagnose_run
from sandbox.faults import HostFault
from sandbox.load.ceiling import ceiling
from sandbox.load.declared import promise
from sandbox.load.document import document
from sandbox.load.gate import Gate
from sandbox.load.gauge import Gauge
from sandbox.load.generator import Generator
from sandbox.load.lane import load_lane
from sandbox.load.phase import Phase
from sandbox.load.record import HostRecord
from sandbox.load.unit import REQUEST, SESSION
from sandbox.probes import Probe, Target

FIRST_SPINS = 6


def gather(target: Target) -> dict[str, Any]:
    """Locust in the service's namespace, as a process of its own; a service that dies of it is the team's fault.

    The time that was waited, for the lane or for a quiet host, is not the team's: `Target.waited_s`.
    """
    scenario = target.seen["scenario"]
    if not scenario.get("requests") and not scenario.get("sessions"):
        raise HostFault("no_scenario", "no request was found that could be sent")

    def say(text: str, fraction: float | None = None) -> None:
        target.say(f"load: {text}", fraction)

    with load_lane(
        target.service.id[:12], wait_s=target.limits.load_lane_s, say=say, cancellation=target.cancellation
    ) as waited_s:
        target.waited_s += waited_s
        with target.pod.lane(target.service.id) as cores:
            placement = {"app": cores.app, "generator": cores.generator, "rest": cores.rest, "split": cores.split}
            found = _measure(target, scenario, cores.app, say)
    return found | {
        "placement": placement,
        "lane": {"waited_s": round(waited_s, 1)},
        "scenario": "session" if scenario.get("sessions") else scenario["source"],
        "session": scenario.get("session", ""),
        "shell": scenario["shell"],
    }


def _measure(target: Target, scenario: dict[str, Any], app_cores: str, say: Any) -> dict[str, Any]:
    sent, unit = (scenario["sessions"], SESSION) if scenario.get("sessions") else (scenario["requests"], REQUEST)
    limits, record = target.limits, HostRecord()
    limits = replace(
        limits,
        load_rate_rps=limits.load_rate_rps / unit.requests,
        load_slo_ms=limits.load_slo_ms * unit.requests,
        load_closed_s=limits.load_closed_s * unit.stretch,
    )
    gauge = Gauge(target.pod, target.service.id, app_cores)
    gate = Gate(gauge, record, limits, target.cancellation, say)
    gate.look(FIRST_SPINS)
    generator = Generator(
        target.pod,
        {
            "port": target.port,
            "requests": sent,
            "users": max(limits.load_users, limits.load_open_users),
            "health_path": target.seen["boot"].get("health_path") or "/",
        },
        cancellation=target.cancellation,
        alive=lambda: target.service.state().running,
    )
    phase = Phase(
        sender=generator,
        gate=gate,
        limits=limits,
        slo_ms=limits.load_slo_ms,
        ceiling=ceiling(target.pod, gauge, app_cores, record, limits),
        promised=promise(target.plan.hints),
        say=say,
        allow_output=target.service.allow_output,
    )
    began = time.monotonic()
    try:
        phase.run()
    except HostFault:
        if target.service.state().running:
            raise
    finally:
        target.waited_s += phase.gate.spent_s
    state = target.service.state()
    seen = _document(phase, target, began) | {"unit": unit.name}
    if not state.running:
        log = target.service.logs().decode("utf-8", "replace")
        fault = diagnose_run(log, state.exit_code, state.oom_killed, state.killed, target.plan)
        fault.evidence = seen
        raise fault
    return seen


def _document(phase: Phase, target: Target, began: float) -> dict[str, Any]:
    if not phase.standard:
        return {"error": "the service ended before anything was measured"}
    return document(phase, began=began, started=target.started_at, samples=target.service.samples())


PROBE = Probe("load", 2, 30, "service", "How fast does it answer, and how much?", gather)
