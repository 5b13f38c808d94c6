"""The pipeline: one evaluation's stages in this process, each resumable from what the one before it saved."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox import __version__, images
from sandbox.buildpacks import plan_for
from sandbox.diagnosis import diagnose
from sandbox.engine import BuildFailed, Engine, Image
from sandbox.events import Event, Sink, nobody
from sandbox.evidence import Evidence
from sandbox.faults import Cancellation, Fault, HostFault, TeamFault
from sandbox.limits import Limits
from sandbox.plan import Plan
from sandbox.probes import Probe, SourceTarget, Target, all_probes
from sandbox.source import Snapshot, fetch
from sandbox.tree import Tree

STAGES = ("fetching", "building", "observing")


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
    track: str = "general"
    limits: Limits = field(default_factory=Limits)
    sink: Sink = nobody
    cancellation: Cancellation = field(default_factory=Cancellation)
    skip: frozenset[str] = frozenset()
    allow_local: bool = True
    state: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, empty in (("stages", []), ("probes", {}), ("services", [])):
            self.state.setdefault(name, empty)
        self._snapshot: Snapshot | None = None

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
            track=self.track,
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
        self.sink(Event(stage, kind, text, fraction, source))

    # fetching

    def _fetch(self) -> str:
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
        self.state["source"] = snapshot.to_json()
        target = SourceTarget(Tree.at(snapshot.root), self.state["source"])
        for probe in all_probes():
            if probe.on == "source":
                self._gather(probe, "fetching", target)
        return outcome

    # building

    def _build(self) -> str:
        snapshot = self._snapshot or Snapshot.reopen(self.state["source"], self.workspace)
        if snapshot is None:
            raise HostFault("source_lost", "The fetched source is no longer on this machine", fix="Try again.")
        self._snapshot = snapshot
        self.state["host"] = self.engine.describe(self.limits)
        built = self.state.get("image")
        if built is not None and self.engine.image(built["id"]) is not None:
            return "reused"
        tree = Tree.at(snapshot.root)
        plan = plan_for(tree)
        for reason in plan.why:
            self._say("building", "note", reason)
        for note in (*plan.repairs, *plan.refused):
            self._say("building", "note", f"{note.id}: {note.why}")
        resolved = images.resolve(plan.dockerfile, self.engine, say=lambda text: self._say("building", "note", text))
        self.state["plan"] = plan.to_json() | {
            "base_images": [base.to_json() for base in resolved.bases],
            "injected_env": sorted({"PORT", "HOST", *plan.env, *resolved.injected_env}),
        }
        reference = f"assay/evaluation:{self.key.lower()}"
        clock = time.monotonic()
        try:
            image, log = self.engine.build(
                snapshot.root / plan.context,
                resolved.dockerfile,
                reference=reference,
                labels={"assay.evaluation": self.key},
                limits=self.limits,
                files=plan.files,
                on_line=lambda line: self._say("building", "log", line, source="build"),
                cancellation=self.cancellation,
            )
        except BuildFailed as failure:
            self.state["probes"]["build"] = {
                "log_tail": failure.log[-8192:],
                "build_s": round(time.monotonic() - clock, 3),
            }
            raise diagnose(failure, tree, plan) from failure
        if image.bytes > self.limits.image_bytes:
            raise TeamFault(
                "image_too_large",
                "The image is larger than the limit",
                detail=f"{image.bytes} bytes; the limit is {self.limits.image_bytes}.",
                fix="Use a slim base image and leave data sets and caches out of it.",
            )
        self.state["image"] = image.to_json()
        self.state["probes"]["build"] = {
            "image_digest": image.id,
            "image_bytes": image.bytes,
            "build_s": round(time.monotonic() - clock, 3),
            "config": image.config,
            "log_tail": log[-8192:],
        }
        return "done"

    # observing

    def _observe(self) -> str:
        plan = Plan.from_json(
            {key: value for key, value in self.state["plan"].items() if key not in ("base_images", "injected_env")}
        )
        image = Image(**self.state["image"])
        probes = [probe for probe in all_probes() if probe.on == "service" and probe.id not in self.skip]
        with self.engine.pod(self.key, self.limits) as pod:
            started_at = time.monotonic()
            service = pod.start(
                "app",
                image,
                command=plan.start,
                env={"PORT": "8000", "HOST": "0.0.0.0", **plan.env},  # noqa: S104 - inside its own namespace
                on_line=lambda line: self._say("observing", "log", line, source="app"),
            )
            row: dict[str, Any] = {
                "name": "app",
                "role": "app",
                "state": "failed",
                "port": None,
                "health_path": None,
                "ready_after_s": None,
                "image_digest": image.id,
                "image_bytes": image.bytes,
                "build_s": self.state["probes"]["build"]["build_s"],
                "fault": None,
            }
            self.state["services"] = [row]
            target = Target(
                pod=pod,
                service=service,
                image=image,
                plan=plan,
                limits=self.limits,
                seen=self.state["probes"],
                started_at=started_at,
                say=lambda _text, _fraction: None,
                cancellation=self.cancellation,
            )
            for number, probe in enumerate(probes):
                target.say = self._progress(number, len(probes))
                target.say(probe.id, 0.0)
                try:
                    self._gather(probe, "observing", target)
                except TeamFault as error:
                    row["fault"] = error.fault("observing").to_json()
                    raise
                finally:
                    row |= _service_facts(self.state["probes"].get("boot", {}))
        return "done"

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
