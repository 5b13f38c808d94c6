"""Deployment: the services of one plan in a pod, each after those that it needs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.diagnosis import diagnose_run
from sandbox.engine import Image, OnLine, Pod, Service
from sandbox.faults import (
    MAX_DETAIL_CHARACTERS,
    MAX_DETAIL_LINES,
    Cancellation,
    HostFault,
    SandboxError,
    TeamFault,
)
from sandbox.limits import Limits
from sandbox.plan import Companion, Plan
from sandbox.probes import Target
from sandbox.readiness import Exited, wait_ready

APP_PORT = 8000
# Of a tool's own start and of its last look, beside the time that it is given.
SLACK_S = 20.0
# A worker answers nobody: one that still runs after this is at work.
WORKER_S = 3.0
# How an app ends, or waits for ever, that lacks a service of its stack; a syntax error is its own whatever is missing.
LACKING = frozenset(
    {"answers_errors", "answers_nothing", "dependency_unreachable", "exited", "migrations_failed", "never_listens"}
)
# All companions together may take this part of an evaluation; each that is begun gets at least LEAST_S.
COMPANIONS_PART, LEAST_S = 0.25, 5.0
Repair = Callable[[Companion, TeamFault], tuple[Companion, Image, dict[str, Any]] | None]


def row_of(part: Plan | Companion, build: dict[str, Any]) -> dict[str, Any]:
    """A service's row of the report before anything is known of it."""
    return {
        "name": part.name,
        "role": part.role if isinstance(part, Companion) else "task" if part.kind == "job" else "app",
        "state": "failed",
        "port": None,
        "health_path": None,
        "ready_after_s": None,
        "image_digest": build.get("image_digest"),
        "image_bytes": build.get("image_bytes"),
        "build_s": build.get("build_s"),
        "fault": None,
    }


def hosts_of(plan: Plan) -> tuple[str, ...]:
    """The names that mean the app's room; none for an app alone."""
    if not plan.companions:
        return ()
    beside = [one.name for one in plan.companions if one.room == 0]
    elsewhere = {name for names in rooms_of(plan) for name in names}
    names = dict.fromkeys([plan.name, *beside, *plan.hints.get("names", ())])
    return tuple(name for name in names if name not in elsewhere)


def rooms_of(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """The names that mean each further room of the stack."""
    last = max((one.room for one in plan.companions), default=0)
    return tuple(
        tuple(dict.fromkeys(name for one in plan.companions if one.room == room for name in (one.name, *one.names)))
        for room in range(1, last + 1)
    )


def needing(plan: Plan) -> frozenset[str]:
    """Names of the companions that can only start after the app."""
    late = {plan.name}
    for _ in plan.companions:
        late |= {one.name for one in plan.companions if any(need.name in late for need in one.after)}
    return frozenset(late - {plan.name})


@dataclass
class Deployment:
    """The services of a plan in one pod. `start_first()`, then `start_app()`, and `start_late()` once the app is up.

    A companion that does not come up is a row with its fault, and not the end: the app may do without it.
    `output(name)` gives what is told of a service's lines; `say(text)` is told what goes on. `repair(one, fault)` gives
    a companion that did not come up changed, with its image and its build for the row; None when there is no way.
    """

    pod: Pod
    plan: Plan
    images: dict[str, Image]
    build: dict[str, Any]
    limits: Limits
    output: Callable[[str], OnLine]
    say: Callable[[str], None]
    cancellation: Cancellation = field(default_factory=Cancellation)
    repair: Repair = lambda _one, _fault: None
    rows: list[dict[str, Any]] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    elsewhere: dict[int, set[int]] = field(default_factory=dict)  # the same of the other rooms
    services: dict[str, Service] = field(default_factory=dict)  # the companions that were started, by name
    spent_s: float = 0.0  # on companions

    def start_first(self) -> None:
        """What the app needs, and what needs nothing of it."""
        late = needing(self.plan)
        self._start(one for one in self.plan.companions if one.name not in late)

    def start_app(self) -> Service:
        return self.pod.start(
            self.plan.name,
            self.images[self.plan.name],
            command=self.plan.start,
            env=app_environment(self.plan),
            on_line=self.output(self.plan.name),
        )

    def start_late(self) -> None:
        """What needs the app."""
        late = needing(self.plan)
        self._start(one for one in self.plan.companions if one.name in late)

    def mention_absent(self, fault: TeamFault) -> None:
        """Say in a fault of the app what it had to do without: that may be all that is wrong with it."""
        absent = [f"{row['name']} ({row['fault']['title']})" for row in self.rows if row["fault"]]
        said = [f"Not there beside it: {'; '.join(absent)}."[:MAX_DETAIL_CHARACTERS]] if absent else []
        # Settings that stand in a file which nobody has but its author.
        empty = [note.why for note in self.plan.repairs if note.id == "environment_file" and "it was empty" in note.why]
        said += [why[:MAX_DETAIL_CHARACTERS] for why in empty if why.startswith(f"{self.plan.name} ")][:1]
        if said:
            fault.detail = "\n".join([*said, *fault.detail.splitlines()[-(MAX_DETAIL_LINES - len(said)) :]])

    def ours(self, fault: TeamFault) -> HostFault | None:
        """The same failure as this platform's, when what the app may have lacked is a service that we do not have."""
        missing = [row["name"] for row in self.rows if row["fault"] and row["fault"]["owner"] == "host"]
        if not missing or fault.id not in LACKING:
            return None
        names = ", ".join(missing)
        return HostFault(
            "service_unavailable",
            f"This platform could not provide {names}, and the application did not come up without it",
            detail=f"{fault.title}.\n{fault.detail}",
            fix=f"Give the engine a registry or a mirror that has the image of {names}; the team need not do anything.",
            where=fault.where,
        )

    def _start(self, companions: Iterable[Companion]) -> None:
        for number, one in enumerate(companions, 1):
            build = self.build.get("companions", {}).get(one.name, {})
            row = row_of(one, build)
            self.rows.append(row)
            if one.name not in self.images:
                row["fault"] = build.get("fault")
                continue
            self.say(f"starting {one.name} ({one.runtime or one.role})")
            self._start_or_repair(one, row, APP_PORT + number)

    def _start_or_repair(self, one: Companion, row: dict[str, Any], port: int) -> None:
        """Start it, and once more after each repair; the fault of the first attempt stays when none helps."""
        first: TeamFault | None = None
        while True:
            since = time.monotonic()
            try:
                return self._start_one(one, row, port)
            except TeamFault as fault:
                failed = fault
            finally:
                self.spent_s += time.monotonic() - since
            first = first or failed
            self.say(f"{one.name}: {failed.title}")
            repaired = self.repair(one, failed)
            if repaired is None:
                row["fault"] = first.fault("observing").to_json()
                return None
            one, self.images[one.name], build = repaired
            row |= {name: build.get(name) for name in ("image_digest", "image_bytes", "build_s")}
            with suppress(TeamFault):  # what it was stopped for is told already
                if self.services[one.name].state().running:
                    self.services[one.name].signal("SIGKILL")

    def _boot_s(self, one: Companion) -> float:
        """How long a companion may take; TeamFault when those before it have used up the time of all."""
        left = self.limits.evaluation_s * COMPANIONS_PART - self.spent_s
        if left <= 0:
            raise TeamFault(
                "stack_too_slow",
                f"No time was left to start {one.name}: the services before it took {self.spent_s:.0f} s",
                fix="Let the stack start with what the app needs; a service that never listens costs the time of all.",
            )
        return min(self.limits.boot_s, max(LEAST_S, left))

    def _start_one(self, one: Companion, row: dict[str, Any], port: int) -> None:
        since = time.monotonic()
        limits = replace(self.limits, boot_s=self._boot_s(one))
        if one.role == "data":
            limits = replace(limits, run_tmpfs_bytes=self.limits.run_data_bytes)
        own = {"PORT": str(one.ports[0] if one.ports else port), "HOST": "0.0.0.0"}  # noqa: S104 - in its namespace
        service = self.pod.start(
            one.name,
            self.images[one.name],
            command=one.start,
            env=own | one.env,
            limits=limits,
            on_line=self.output(one.name),
            room=one.room,
        )
        taken = self.elsewhere.setdefault(one.room, set()) if one.room else self.taken
        self.services[one.name] = service
        plan = Plan(self.plan.buildpack, 1, one.dockerfile, start=one.start, ports=one.ports, health=one.health)
        target = Target(
            pod=self.pod,
            service=service,
            image=self.images[one.name],
            plan=plan,
            limits=limits,
            seen={},
            started_at=since,
            say=lambda _text, _fraction: None,
            cancellation=self.cancellation,
            taken=frozenset(taken),
            room=one.room,
        )
        if one.role == "task":
            _finish(service, plan, limits.boot_s)
            row |= {"state": "healthy", "ready_after_s": round(time.monotonic() - since, 3)}
            return
        if one.role == "worker":
            if not service.wait(WORKER_S).running:
                raise _exit(service, plan)
            row |= {"state": "alive", "ready_after_s": WORKER_S}
            return
        document = _listen(target) if one.role == "data" else wait_ready(target, service, limits.boot_s, since=since)
        taken |= {found["port"] for found in document["listening"]}
        row |= {key: document[key] for key in ("state", "port", "health_path", "ready_after_s")}
        if document["state"] == "failed":
            title = f"The service {one.name} runs, but does not answer"
            raise TeamFault(document["why"], title, fix="Open its log below and mend what it says.")


def app_environment(plan: Plan) -> dict[str, str]:
    """What the app is given."""
    return {"PORT": str(APP_PORT), "HOST": "0.0.0.0", **plan.env}  # noqa: S104 - inside its own namespace


def _finish(service: Service, plan: Plan, seconds: float) -> None:
    """A task's end; TeamFault when it fails or has none."""
    state = service.wait(seconds)
    if state.running:
        service.signal("SIGKILL")
        raise TeamFault(
            "task_endless",
            f"A one-time task of the stack did not end within {seconds:.0f} s",
            fix="Let it exit when its work is done, or make it a service that listens.",
        )
    if state.exit_code:
        raise _exit(service, plan)


def _exit(service: Service, plan: Plan) -> SandboxError:
    """Why its process ended."""
    state = service.state()
    log = service.logs().decode("utf-8", "replace")
    return diagnose_run(log, state.exit_code, state.oom_killed, state.killed, plan)


def _listen(target: Target) -> dict[str, Any]:
    """{"state", "why", "port", "health_path", "ready_after_s", "listening"} of a service that need not speak HTTP."""

    def watch(_event: dict[str, Any]) -> None:
        if not target.service.state().running:
            raise Exited

    wait_s = target.limits.boot_s
    try:
        seen = target.pod.tool(
            "ports",
            {"ports": list(target.plan.ports), "taken": sorted(target.taken), "wait_s": wait_s},
            timeout_s=wait_s + SLACK_S,
            on_event=watch,
            cancellation=target.cancellation,
            room=target.room,
        )
    except Exited:
        raise _exit(target.service, target.plan) from None
    found = seen["port"] is not None
    return {
        "state": "healthy" if found else "failed",
        "why": "" if found else "never_listens",
        "port": seen["port"],
        "health_path": None,
        "ready_after_s": round(time.monotonic() - target.started_at, 3) if found else None,
        "listening": seen["listening"],
    }
