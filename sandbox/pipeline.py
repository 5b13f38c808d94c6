"""The pipeline: one evaluation's stages in this process, each resumable from what the one before it saved."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sandbox import __version__, gateway
from sandbox.building import Bases, Builder, Built
from sandbox.buildpacks import plan_for
from sandbox.deployment import Deployment, app_environment, hosts_of, rooms_of, row_of
from sandbox.engine import Engine, Image
from sandbox.events import Event, Sink, nobody
from sandbox.evidence import Evidence
from sandbox.faults import Cancellation, Fault, HostFault, TeamFault
from sandbox.gateway.second_look import look
from sandbox.limits import Limits
from sandbox.plan import Companion, Plan
from sandbox.probes import Probe, SourceTarget, Target, all_probes
from sandbox.source import Snapshot, fetch
from sandbox.training.hidden import HiddenRows
from sandbox.tree import Tree
from sandbox.workshop import Workshop

STAGES = ("fetching", "building", "observing")
# Probes from this order on load the app or hurt it, which would spend a real provider's budget for nothing.
PREPARED_FROM = 30


@dataclass
class Pipeline:
    """One evaluation. Call `step(stage)` for each of STAGES and keep `saved()` after each; then `evidence()`.

    A team's fault ends up in `fault` and the later stages are skipped; HostFault and Cancelled are raised.
    `saved`, given to a new Pipeline, lets it skip what is done and still reachable from this machine.
    """

    key: str
    source: str
    engine: Engine
    workspace: Path
    ref: str = ""
    track: str = "general"  # "" takes the manifest's, else general
    limits: Limits = field(default_factory=Limits)
    sink: Sink = nobody
    cancellation: Cancellation = field(default_factory=Cancellation)
    skip: frozenset[str] = frozenset()
    allow_local: bool = True
    # Of what it is part of: {"starts_at", "ends_at"} in ISO 8601, {"hidden_rows"} the id of `hidden`.
    event: dict[str, Any] = field(default_factory=dict)
    settings: str = ""  # a manifest's text that counts more than the repository's own
    hidden: HiddenRows | None = field(default=None, repr=False)  # an organiser's; never saved, never told
    state: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, empty in (("stages", []), ("probes", {}), ("services", [])):
            self.state.setdefault(name, empty)
        self._snapshot: Snapshot | None = None
        self._until = time.monotonic() + self.limits.evaluation_s
        self._is_up = False  # the app has answered, so that no repair of its start is called for
        self._is_secret = False  # the services have what nobody may read, and may write it

    @property
    def fault(self) -> dict[str, Any] | None:
        return self.state.get("fault")

    def saved(self) -> dict[str, Any]:
        """JSON that a new Pipeline can go on from."""
        return self.state

    def run(self) -> Evidence:
        """All stages in order."""
        for stage in STAGES:
            self.step(stage)
        return self.evidence()

    def step(self, stage: str) -> None:
        """Run one stage and record its row; a team's fault is recorded, not raised."""
        work: dict[str, Callable[[], str]] = {
            "fetching": self._fetch,
            "building": self._build,
            "observing": self._observe,
        }
        self.cancellation.check()
        if self._is_settled(stage):
            return
        started, clock = datetime.now(UTC), time.monotonic()
        if self.fault is not None:
            outcome = "skipped"
        else:
            self._say(stage, "stage", "started")
            try:
                outcome = work[stage]()
            except TeamFault as error:
                self.state["fault"] = error.fault(stage).to_json()
                self.engine.give_up(self.key)
                outcome = "failed"
        self.state["stages"] = [row for row in self.state["stages"] if row["name"] != stage] + [
            {
                "name": stage,
                "started_at": started.isoformat(timespec="milliseconds"),
                "seconds": round(time.monotonic() - clock, 3),
                "outcome": outcome,
            }
        ]
        self._say(stage, "stage", outcome)

    def _is_settled(self, stage: str) -> bool:
        """An earlier run of this evaluation ended the stage for good: it failed, or it observed what there was."""
        outcomes = {row["name"]: row["outcome"] for row in self.state["stages"]}
        return outcomes.get(stage) in ("failed", "skipped") or (stage == "observing" and outcomes.get(stage) == "done")

    def evidence(self) -> Evidence:
        """Everything seen so far."""
        return Evidence(
            track=self.track or ((self.state.get("plan") or {}).get("hints") or {}).get("track") or "general",
            source=self.state.get("source", {}),
            plan=self.state.get("plan"),
            services=self.state["services"],
            stages=self.state["stages"],
            fault=self.fault,
            host=self.host(),
            probes=self.state["probes"],
        )

    def host(self) -> dict[str, Any]:
        """The machine and the limits that the figures were measured under."""
        described = {"cpu": platform.processor(), "cores": 0, "memory_bytes": 0, "engine": "", "runtime": ""}
        described |= self.state.get("host") or {}
        return described | {"limits": self.limits.to_json(), "assay": __version__}

    def _say(self, stage: str, kind: Any, text: str, fraction: float | None = None, source: str = "") -> None:
        if not (self._is_secret and kind == "log"):
            self.sink(Event(stage, kind, text, fraction, source))

    # fetching

    def _fetch(self) -> str:
        self.engine.prepare(self.key, self.limits)
        saved = self.state.get("source")
        snapshot = Snapshot.reopen(saved, self.workspace) if saved else None
        outcome = "reused" if snapshot else "done"
        if snapshot is None:
            snapshot = fetch(
                self.source,
                self.ref,
                self.limits,
                self.workspace,
                allow_local=self.allow_local,
                cancellation=self.cancellation,
                say=lambda text, fraction: self._say("fetching", "progress", text, fraction),
            )
        self._snapshot = snapshot
        self.state["source"] = snapshot.to_json() | ({"event": self.event} if self.event else {})
        target = SourceTarget(Tree.at(snapshot.root), self.state["source"], self.settings)
        for probe in all_probes():
            if probe.on == "source":
                self._gather(probe, "fetching", target)
        return outcome

    def _source(self) -> Snapshot | None:
        """What was fetched; None when it is no longer on this machine."""
        self._snapshot = self._snapshot or Snapshot.reopen(self.state["source"], self.workspace)
        return self._snapshot

    # building

    def _build(self) -> str:
        snapshot = self._source()
        if snapshot is None:
            raise HostFault("source_lost", "The fetched source is no longer on this machine", fix="Try again.")
        self.state["host"] = self.engine.describe(self.limits)
        known = self.state.get("images", {})
        if known and all(self.engine.image(image["id"]) is not None for image in known.values()):
            return "reused"
        plan = self._plan(Tree.at(snapshot.root))
        for reason in plan.why:
            self._say("building", "note", reason)
        for note in (*plan.repairs, *plan.refused):
            self._say("building", "note", f"{note.id}: {note.why}")
        self.state["plan"] = plan.to_json() | {"base_images": [], "injected_env": sorted(app_environment(plan))}
        try:
            self._keep(self._builder(snapshot, "building").build(plan))
        except TeamFault as fault:
            if fault.evidence:
                self.state["probes"]["build"] = fault.evidence
            raise
        return "done"

    def _plan(self, tree: Tree) -> Plan:
        """What was read of the tree is given up with it, before anything is built."""
        return gateway.equip(plan_for(tree, self.settings), tree)

    def _builder(self, snapshot: Snapshot, stage: str) -> Builder:
        return Builder(
            key=self.key,
            engine=self.engine,
            limits=self.limits,
            root=snapshot.root,
            source=self.state["source"],
            say=lambda kind, text, source: self._say(stage, kind, text, source=source),
            cancellation=self.cancellation,
            until=self._until,
        )

    def _keep(self, built: Built) -> None:
        self.state["plan"] = built.document
        self.state["images"] = {name: image.to_json() for name, image in built.images.items()}
        self.state["probes"]["build"] = built.probe

    # observing

    def _observe(self) -> str:
        """Deploy and look; a start that fails is tried once more for each repair that may help with it."""
        first: TeamFault | None = None
        while True:
            plan = Plan.from_json(self.state["plan"])
            try:
                self._look(plan)
            except TeamFault as fault:
                first = first or fault
                if self._is_up or not self._mend(fault):
                    raise first.then(fault) from None
            else:
                return "done"

    def _mend(self, fault: TeamFault) -> bool:
        """Build again with a repair of the start; False when there is none, or when it does not even build."""
        snapshot = self._source()
        if snapshot is None:
            return False
        builder = self._builder(snapshot, "observing")
        mended = builder.mend(Plan.from_json(self.state["plan"]), fault)
        if mended is None:
            return False
        try:
            self._keep(builder.build(mended))
        except TeamFault:
            return False
        return True

    def _mend_beside(self, one: Companion, fault: TeamFault) -> tuple[Companion, Image, dict[str, Any]] | None:
        """A companion that did not start, as a repair has changed it, with its image; None when there is no repair."""
        snapshot = self._source()
        if snapshot is None:
            return None
        document, bases = self.state["plan"], Bases()
        found = self._builder(snapshot, "observing").mend_beside(Plan.from_json(document), one.name, fault, bases)
        if found is None:
            return None
        mended, image, fact = found
        known = {row["wanted"]: row for row in document["base_images"]}
        injected = sorted({*document["injected_env"], *bases.injected})
        document |= mended.to_json() | {"base_images": [*(known | bases.resolved).values()], "injected_env": injected}
        self.state["images"][one.name] = image.to_json()
        self.state["probes"]["build"]["companions"][one.name] = fact
        return mended.companion(one.name), image, fact

    def _look(self, plan: Plan) -> None:
        build = self.state["probes"]["build"]
        built = {name: Image(**image) for name, image in self.state["images"].items()}
        probes = [probe for probe in all_probes() if probe.on in (plan.kind, "app") and probe.id not in self.skip]
        row = row_of(plan, build)
        self.state["services"] = [row]
        for first in ("boot", "job"):
            self.state["probes"].pop(first, None)  # of an attempt before this one
        self._is_up = False
        names = (*hosts_of(plan), *gateway.hosts_of(plan))
        with (
            self.engine.pod(self.key, self.limits, hosts=names, rooms=rooms_of(plan)) as pod,
            gateway.open_beside(pod, plan) as models,
        ):
            stack = Deployment(
                pod=pod,
                plan=plan,
                images=built,
                build=build,
                limits=self.limits,
                output=lambda name: lambda line: self._say("observing", "log", line, source=name),
                say=lambda text: self._say("observing", "note", text),
                cancellation=self.cancellation,
                repair=self._mend_beside,
                rows=self.state["services"],
            )
            stack.start_first()
            started_at = time.monotonic()
            target = Target(
                pod=pod,
                service=stack.start_app(),
                image=built[plan.name],
                plan=plan,
                limits=self.limits,
                seen=self.state["probes"],
                started_at=started_at,
                say=lambda _text, _fraction: None,
                cancellation=self.cancellation,
                taken=frozenset(stack.taken),
                models=models,
                companions=stack.services,
                workshop=self._workshop(),
                hidden=self.hidden,
            )
            for number, probe in enumerate(probes):
                target.say = self._progress(number, len(probes))
                target.say(probe.id, 0.0)
                if probe.id != "boot" and time.monotonic() > self._until:
                    # What was not looked at for want of time is nobody's fault, and no finding.
                    self.state["probes"][probe.id] = {"error": "evaluation_timeout: there was no time left to look"}
                    continue
                self._is_secret = self._is_secret or probe.secret
                try:
                    really = probe.id != "boot" and probe.order < PREPARED_FROM
                    if look(models, partial(self._gather, probe, "observing", target), really=really):
                        note = f"the model provider let a call down: {probe.id} was looked at again without it"
                        self._say("observing", "note", note)
                    self._until, target.waited_s = self._until + target.waited_s, 0.0
                except TeamFault as error:
                    stack.mention_absent(error)
                    ours = None if self._is_up else stack.ours(error)
                    row["fault"] = (ours or error).fault("observing").to_json()
                    if ours:
                        raise ours from error
                    raise
                finally:
                    row |= _service_facts(self.state["probes"].get("boot" if plan.kind == "service" else "job", {}))
                if probe.id == "boot":
                    self._is_up = True
                    own = {found["port"] for found in self.state["probes"]["boot"]["listening"]}
                    stack.taken |= own
                    stack.start_late()
                    target.taken = frozenset(stack.taken - own)

    def _workshop(self) -> Workshop | None:
        snapshot = self._source()
        if snapshot is None:
            return None
        return Workshop(
            key=self.key,
            engine=self.engine,
            limits=self.limits,
            root=snapshot.root,
            say=lambda line: self._say("observing", "log", line, source="tests"),
            cancellation=self.cancellation,
        )

    def _progress(self, number: int, of: int) -> Callable[[str, float | None], None]:
        def say(text: str, fraction: float | None) -> None:
            self._say("observing", "progress", text, (number + (fraction or 0.0)) / of)

        return say

    def _gather(self, probe: Probe, stage: str, target: Any) -> None:
        """One probe's document into the state; a team's fault keeps what the probe had seen (`error.evidence`)."""
        self.cancellation.check()
        try:
            document = probe.gather(target)
        except HostFault as error:
            if probe.id == "boot" or error.id.startswith("engine"):
                raise
            self._say(stage, "note", f"probe {probe.id} could not look: {error.title}")
            document = {"error": f"{error.id}: {error.title}"}
        except TeamFault as error:
            if error.evidence is not None:
                self.state["probes"][probe.id] = error.evidence | {"version": probe.version}
            raise
        self.state["probes"][probe.id] = document | {"version": probe.version}


def _service_facts(boot: dict[str, Any]) -> dict[str, Any]:
    return {key: boot[key] for key in ("state", "port", "health_path", "ready_after_s") if boot.get(key) is not None}


def fault_of(evidence: Evidence) -> Fault | None:
    """The evidence's fault as a value."""
    return None if evidence.fault is None else Fault.from_json(evidence.fault)
