"""Repairs, one file each: a changed plan for a fault that is often not the project's point, always labelled.

A repair is worth less than a clean build (`builds_from_clean_clone`), and is tried once for an evaluation.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from sandbox.faults import TeamFault
from sandbox.plan import Note, Plan
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
    tried = {note.id for note in broken.plan.repairs} & {repair.id for repair in all_repairs()}
    for repair in all_repairs() if len(tried) < MOST else ():
        if broken.fault.id not in repair.faults or repair.id in tried:
            continue
        found = repair.mend(broken)
        if found is not None:
            plan, why = found
            return replace(plan, repairs=(*plan.repairs, Note(repair.id, why)))
    return None
