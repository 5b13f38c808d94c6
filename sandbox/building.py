"""Building: from a plan to the images of its services, and once more with each repair that a failure allows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sandbox import images
from sandbox.diagnosis import diagnose
from sandbox.engine import BuildFailed, Engine, Image
from sandbox.engine.owner import image_name
from sandbox.engine.toolarge import too_large
from sandbox.faults import Cancellation, SandboxError, TeamFault
from sandbox.limits import Limits
from sandbox.plan import Companion, Plan
from sandbox.repairs import Broken, mend, mend_beside
from sandbox.tree import Tree

KEPT_LOG = 8192
Say = Callable[[Literal["note", "log"], str, str], None]


@dataclass
class Built:
    """What building a plan gave. `plan` is the one that worked: the given one, or as repairs have left it.

    images   service name -> its image
    document the plan for the report, with `base_images` and `injected_env`
    probe    the evidence "build": of the app, and "companions": {name: {"image_digest", "image_bytes", "build_s"}},
             with "fault" instead where one could not be built, whatever repairs were tried
    """

    plan: Plan
    images: dict[str, Image]
    document: dict[str, Any]
    probe: dict[str, Any]


@dataclass
class Bases:
    """What images were made from: wanted image -> its row of the report, and the names that stand-ins bring."""

    resolved: dict[str, dict[str, Any]] = field(default_factory=dict)
    injected: set[str] = field(default_factory=set)


@dataclass
class Builder:
    """Builds for one evaluation. `say(kind, text, source)` is told what goes on; after `until` nothing is repaired."""

    key: str
    engine: Engine
    limits: Limits
    root: Path
    source: dict[str, Any]
    say: Say
    cancellation: Cancellation
    until: float = math.inf

    def build(self, plan: Plan) -> Built:
        """Every image of the plan; a failure that a repair knows is tried once more for each class of repair.

        The fault of the first attempt is the one that is raised when no repair helps: it is about what the team wrote.
        """
        first: TeamFault | None = None
        while True:
            try:
                return self._build(plan)
            except TeamFault as fault:
                first = first or fault
                mended = self.mend(plan, fault)
                if mended is None:
                    raise first.then(fault) from None
                plan = mended

    def mend(self, plan: Plan, fault: TeamFault, of: str = "") -> Plan | None:
        """The plan with one repair more, of the app or of a companion; None when there is none for this fault."""
        if time.monotonic() > self.until:
            return None
        broken = Broken(plan, fault, Tree.at(self.root), self.source)
        mended = mend_beside(broken, of) if of else mend(broken)
        if mended is not None:
            note = mended.repairs[-1]
            whose = f"{of}: " if of else ""
            self.say("note", f"{whose}{fault.title}. Repaired by the platform ({note.id}): {note.why}", "")
        return mended

    def mend_beside(
        self, plan: Plan, name: str, fault: TeamFault, bases: Bases
    ) -> tuple[Plan, Image, dict[str, Any]] | None:
        """The plan with repairs of a companion that failed, its image and what is to be said of that; None without."""
        mended = self.mend(plan, fault, name)
        while mended is not None:
            fact: dict[str, Any] = {}
            try:
                return mended, self._made(mended, mended.companion(name), bases, fact), fact
            except TeamFault as another:
                mended = self.mend(mended, another, name)
        return None

    def _build(self, plan: Plan) -> Built:
        bases = Bases()
        made: dict[str, Image] = {}
        probe: dict[str, Any] = {}
        facts: dict[str, Any] = {}
        try:
            made[plan.name] = self._made(plan, plan, bases, probe)
        except TeamFault as fault:
            fault.evidence = probe
            raise
        for one in plan.companions:
            fact = facts.setdefault(one.name, {})
            try:
                made[one.name] = self._made(plan, one, bases, fact)
            except SandboxError as fault:
                found = self.mend_beside(plan, one.name, fault, bases) if isinstance(fault, TeamFault) else None
                if found:
                    plan, made[one.name], facts[one.name] = found
                    continue
                # An image that cannot be had is ours, and no reason to leave the app unseen.
                if fault.owner == "host" and fault.id != "image_unavailable":
                    raise
                fact["fault"] = fault.fault("building").to_json()  # the app may do without it
                self.say("note", f"{one.name}: {fault.title}", "")
        if facts:
            probe["companions"] = facts
        injected = sorted(bases.injected | {"PORT", "HOST", *plan.env})
        document = plan.to_json() | {"base_images": list(bases.resolved.values()), "injected_env": injected}
        return Built(plan, made, document, probe)

    def _made(self, plan: Plan, part: Plan | Companion, bases: Bases, fact: dict[str, Any]) -> Image:
        """The image of the app or of a companion; what it is made of and what became of it go into the last two."""
        resolved = images.resolve(part.dockerfile, self.engine, say=lambda text: self.say("note", text, ""))
        bases.resolved |= {base.wanted: base.to_json() for base in resolved.bases}
        bases.injected |= set(resolved.injected_env)
        return self._image(plan, part, resolved.dockerfile, fact)

    def _image(self, plan: Plan, part: Plan | Companion, dockerfile: str, fact: dict[str, Any]) -> Image:
        clock = time.monotonic()
        try:
            image, log = self.engine.build(
                self.root / part.context,
                dockerfile,
                reference=image_name(self.key, part.name if part is not plan else ""),
                labels={"assay.evaluation": self.key},
                limits=self.limits,
                files=part.files,
                on_line=lambda line: self.say("log", line, "build" if part is plan else part.name),
                cancellation=self.cancellation,
            )
        except BuildFailed as failure:
            fact |= {"log_tail": failure.log[-KEPT_LOG:], "build_s": round(time.monotonic() - clock, 3)}
            raise diagnose(failure, Tree.at(self.root), _as_plan(plan, part)) from failure
        if image.bytes > self.limits.image_bytes:
            detail = f"{image.bytes} bytes; the limit is {self.limits.image_bytes}."
            raise too_large("The image is larger than the limit", detail, log)
        fact |= {
            "image_digest": image.id,
            "image_bytes": image.bytes,
            "build_s": round(time.monotonic() - clock, 3),
        }
        if part is plan:
            fact |= {"config": image.config, "log_tail": log[-KEPT_LOG:]}
        return image


def _as_plan(plan: Plan, part: Plan | Companion) -> Plan:
    """The part as a diagnosis reads it."""
    if isinstance(part, Plan):
        return part
    return Plan(plan.buildpack, plan.version, part.dockerfile, part.context, hints={"dockerfile": part.name})
