"""Repairs, one file each: a changed plan for a fault that is often not the project's point, always labelled.

A repair is worth less than a clean build (`builds_from_clean_clone`), and is tried once for the app and once for each
companion that is built from source.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sandbox.faults import TeamFault
from sandbox.plan import Companion, Note, Plan
from sandbox.tree import Tree

# Each costs a build, and all of them have to fit into one evaluation.
MOST = 3


@dataclass(frozen=True)
class Broken:
    """What failed. `source` is `Snapshot.to_json()`; `fault` is of the build or of the start."""

    plan: Plan
    fault: TeamFault
    tree: Tree
    source: dict[str, Any]


@dataclass(frozen=True)
class Repair:
    """`faults` are the ids that it may help with. `mend` is pure: the changed plan and a sentence, or None.

    The sentence says what was changed and how a team does it itself. `rank`: lowest first.
    """

    id: str
    rank: int
    faults: frozenset[str]
    mend: Callable[[Broken], tuple[Plan, str] | None] = field(repr=False)


@cache
def all_repairs() -> tuple[Repair, ...]:
    """Every repair, in the order in which they are tried."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    repairs = [importlib.import_module(f"{__name__}.{name}").REPAIR for name in names]
    return tuple(sorted(repairs, key=lambda repair: (repair.rank, repair.id)))


def mend(broken: Broken) -> Plan | None:
    """The plan after the first repair that applies and was not tried, with its note; None when there is none."""
    tried = _tried(broken.plan, "")
    for repair in all_repairs() if len(tried) < MOST else ():
        if broken.fault.id not in repair.faults or repair.id in tried:
            continue
        found = repair.mend(broken)
        if found is not None:
            plan, why = found
            return replace(plan, repairs=(*plan.repairs, Note(repair.id, why)))
    return None


def mend_beside(broken: Broken, name: str) -> Plan | None:
    """The same for the fault of a companion; its note bears the companion's name. A data service is not the team's."""
    one = broken.plan.companion(name)
    if one.role == "data":
        return None
    tried = tuple(Note(done, "") for done in sorted(_tried(broken.plan, name)))
    mended = mend(replace(broken, plan=_as_plan(one, broken.plan.buildpack, tried)))
    if mended is None:
        return None
    note = mended.repairs[-1]
    made = replace(
        one,
        **{member: getattr(mended, member) for member in ("dockerfile", "start", "env", "ports", "files", "runtime")},
    )
    return replace(
        broken.plan,
        companions=tuple(made if other is one else other for other in broken.plan.companions),
        repairs=(*broken.plan.repairs, Note(note.id, f"{name}: {note.why}", name)),
    )


def _tried(plan: Plan, service: str) -> set[str]:
    """The classes of repair that this service has had."""
    return {note.id for note in plan.repairs if note.service == service} & {repair.id for repair in all_repairs()}


def _as_plan(one: Companion, buildpack: str, repairs: tuple[Note, ...]) -> Plan:
    """The companion as repairs read a plan."""
    return Plan(
        one.buildpack or buildpack,
        1,
        one.dockerfile,
        one.context,
        start=one.start,
        env=one.env,
        ports=one.ports,
        files=one.files,
        runtime=one.runtime,
        repairs=repairs,
    )
