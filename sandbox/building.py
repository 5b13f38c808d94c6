"""Building: from a plan to the images of its services, and once more with each repair that a failure allows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sandbox import images
from sandbox.diagnosis import diagnose
from sandbox.engine import BuildFailed, Engine, Image
from sandbox.engine.owner import image_name
from sandbox.faults import Cancellation, SandboxError, TeamFault
from sandbox.limits import Limits
from sandbox.plan import Companion, Plan
from sandbox.repairs import Broken, mend
from sandbox.tree import Tree

KEPT_LOG = 8192
Say = Callable[[Literal["note", "log"], str, str], None]


@dataclass
class Built:
    """What building a plan gave. `plan` is the one that worked: the given one, or as repairs have left it.

    images   service name -> its image
    document the plan for the report, with `base_images` and `injected_env`
    probe    the evidence "build": of the app, and "companions": {name: {"image_digest", "image_bytes", "build_s"}},
             with "fault" instead where one could not be built
    """

    plan: Plan
    images: dict[str, Image]
    document: dict[str, Any]
    probe: dict[str, Any]


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
        first: SandboxError | None = None
        while True:
            try:
                return self._build(plan)
            except TeamFault as fault:
                first = first or fault
                mended = self.mend(plan, fault)
                if mended is None:
                    raise first from None
                plan = mended

    def mend(self, plan: Plan, fault: TeamFault) -> Plan | None:
        """The plan with one repair more, None when there is none for this fault."""
        if time.monotonic() > self.until:
            return None
        mended = mend(Broken(plan, fault, Tree.at(self.root), self.source))
        if mended is not None:
            note = mended.repairs[-1]
            self.say("note", f"{fault.title}. Repaired by the platform ({note.id}): {note.why}", "")
        return mended

    def _build(self, plan: Plan) -> Built:
        parts: list[Plan | Companion] = [plan, *plan.companions]
        made: dict[str, Image] = {}
        bases: dict[str, dict[str, Any]] = {}
        injected = {"PORT", "HOST", *plan.env}
        probe: dict[str, Any] = {}
        facts: dict[str, Any] = {}
        try:
            for part in parts:
                fact = probe if part is plan else facts.setdefault(part.name, {})
                try:
                    resolved = images.resolve(part.dockerfile, self.engine, say=lambda text: self.say("note", text, ""))
                    bases |= {base.wanted: base.to_json() for base in resolved.bases}
                    injected |= set(resolved.injected_env)
                    made[part.name] = self._image(plan, part, resolved.dockerfile, fact)
                except SandboxError as fault:
                    # An image that cannot be had is ours, and no reason to leave the app unseen.
                    if part is plan or (fault.owner == "host" and fault.id != "image_unavailable"):
                        raise
                    fact["fault"] = fault.fault("building").to_json()  # the app may do without it
                    self.say("note", f"{part.name}: {fault.title}", "")
        except TeamFault as fault:
            fault.evidence = probe
            raise
        if facts:
            probe["companions"] = facts
        document = plan.to_json() | {"base_images": list(bases.values()), "injected_env": sorted(injected)}
        return Built(plan, made, document, probe)

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
            raise TeamFault(
                "image_too_large",
                "The image is larger than the limit",
                detail=f"{image.bytes} bytes; the limit is {self.limits.image_bytes}.",
                fix="Use a slim base image and leave data sets and caches out of it.",
            )
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
