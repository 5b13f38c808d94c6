"""Build languages, one file each: the first that detects a tree by rank decides how it is built."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from sandbox.faults import TeamFault
from sandbox.hints.applying import from_hints, hinted
from sandbox.launch.neighbours import with_neighbours
from sandbox.launch.stores import with_stores
from sandbox.launch.unserved import unserved
from sandbox.manifest import manifest_of
from sandbox.manifest.applying import Detection, applied
from sandbox.plan import Plan
from sandbox.tree import Tree

_LOOKED_FOR = ("a compose file", "a Dockerfile", "a web application in a language that is known here")


class Passed(Exception):
    """What `detect` raises for a tree that looks like its kind and cannot be followed; the text is a sentence."""


@dataclass(frozen=True)
class Buildpack:
    """`detect` is pure: it reads the tree and answers a plan or None. `rank`: lowest first (a team's Dockerfile is 10).

    `sample` is the smallest repository of the kind (path -> text); the contract tests build and start it.
    """

    id: str
    version: int
    rank: int
    detect: Callable[[Tree], Plan | None] = field(repr=False)
    sample: Mapping[str, str] = field(repr=False, default_factory=dict)


@cache
def all_buildpacks() -> tuple[Buildpack, ...]:
    """Every buildpack, in the order in which they are asked."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__) if not info.ispkg)
    packs = [importlib.import_module(f"{__name__}.{name}").BUILDPACK for name in names]
    return tuple(sorted(packs, key=lambda pack: (pack.rank, pack.id)))


def plan_for(tree: Tree, settings: str = "") -> Plan:
    """How a repository is built and started; `settings` is a manifest's text that counts more than the repository's.

    First what a manifest says, then the first plan by rank with the losers recorded as alternatives, then what other
    platforms' files say of the start. TeamFault("nothing_runnable") when there is no plan, ("manifest_invalid") for a
    manifest that cannot be followed.
    """
    manifest = manifest_of(tree, settings)
    if manifest is None:
        return with_stores(tree, detected(tree))
    return with_stores(tree, applied(tree, manifest, Detection(tuple(pack.id for pack in all_buildpacks()), _detected)))


def detected(tree: Tree) -> Plan:
    """The same where nobody said anything: no manifest is read."""
    ids = tuple(pack.id for pack in all_buildpacks())
    return with_neighbours(tree, _detected(tree, ids), lambda folder: _detected(folder, ids))


def _detected(tree: Tree, ids: Iterable[str]) -> Plan:
    """The first plan of those buildpacks, and what the hints say of it."""
    plans: list[Plan] = []
    passed: list[str] = []
    wanted = set(ids)
    for pack in all_buildpacks():
        if pack.id not in wanted:
            continue
        try:
            plan = pack.detect(tree)
        except Passed as reason:
            passed += [str(reason)] if str(reason) not in passed else []
        else:
            plans += [plan] if plan else []
    if plans:
        others = tuple(f"{plan.buildpack}: {plan.runtime}" for plan in plans[1:])
        chosen = _informed(plans[0], plans[1:])
        return hinted(tree, replace(chosen, why=(*passed, *chosen.why), alternatives=others))
    plan = from_hints(tree)
    if plan is not None and plan.buildpack in wanted:
        return replace(plan, why=(*passed, *plan.why))
    shown = ", ".join(tree.paths[:8]) or "no files at all"
    looked = f"Looked for {', '.join(_LOOKED_FOR)}. The repository has: {shown}"
    instead = unserved(tree)
    raise TeamFault(
        "nothing_runnable",
        instead.title if instead else "Nothing in this repository says how to run it",
        detail="\n".join([*passed, *([instead.seen] if instead else []), looked]),
        fix=instead.fix
        if instead
        else "Add a Dockerfile, or say in assay.yaml what starts it: `assay init` writes one to begin with.",
    )


def _informed(plan: Plan, others: Iterable[Plan]) -> Plan:
    """The plan with routes, ports and health paths that another buildpack read from the same source.

    A Dockerfile says how to build and start; what the application answers stands in the code.
    """
    if plan.hints.get("routes"):
        return plan
    for other in others:
        if other.hints.get("routes") and other.hints.get("framework") not in (None, "script"):
            known = {name: other.hints[name] for name in ("framework", "routes", "openapi") if name in other.hints}
            return replace(
                plan,
                ports=tuple(dict.fromkeys([*plan.ports, *other.ports])),
                health=tuple(dict.fromkeys([*plan.health, *other.health])),
                why=(*plan.why, f"Its routes were read as {other.runtime or other.buildpack}."),
                hints=known | {name: value for name, value in plan.hints.items() if value},
            )
    return plan
