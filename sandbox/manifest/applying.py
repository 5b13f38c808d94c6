"""What a manifest changes about a plan: explicit wins, and every sentence says who set it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sandbox.faults import TeamFault, one_line
from sandbox.hints.applying import hinted, with_python
from sandbox.launch.bare import bare_plan
from sandbox.launch.command import shell
from sandbox.launch.neighbours import with_neighbours
from sandbox.launch.stage import last_stage
from sandbox.launch.teamfile import context_of, plan_from
from sandbox.launch.within import is_folder, within
from sandbox.manifest import DOCUMENTED, Manifest
from sandbox.manifest.services import with_services
from sandbox.manifest.view import ComposeView
from sandbox.plan import Plan
from sandbox.sourcetext.placeholders import without_given
from sandbox.tree import Tree

COMPOSE = "compose"
# Members that choose one application, so that its neighbours are not wanted.
_CHOOSES = ("root", "buildpack", "dockerfile")
DEFAULT_PORT = 8000


@dataclass(frozen=True)
class Detection:
    """`detect(tree, ids)` gives the first plan of the buildpacks with those ids; TeamFault when there is none."""

    ids: tuple[str, ...]
    detect: Callable[[Tree, Iterable[str]], Plan]


def applied(tree: Tree, manifest: Manifest, detection: Detection) -> Plan:
    """The plan of a repository with a manifest; TeamFault("manifest_invalid") for what the tree does not have."""
    root = manifest.path("root")
    if not is_folder(tree, root):
        folders = sorted({path.partition("/")[0] for path in tree.paths if "/" in path and not path.startswith(".")})
        listed = f"The folders are {', '.join(folders[:8])}." if folders else "Leave the member out."
        raise manifest.fault("root", f"`root` is {root}, and there is no such folder", listed)
    inside = tree.below(root)
    plan = _chosen(inside, manifest, detection)
    plan = with_services(_versions(_facts(plan, manifest), manifest), manifest, manifest.get("port") or DEFAULT_PORT)
    if root:
        plan = replace(plan, why=(f"{manifest.said('root')} root: {root}.", *plan.why))
    if manifest.passed_over:
        plan = replace(plan, why=(manifest.passed_over, *plan.why))
    return within(root, replace(plan, why=tuple(one_line(why) for why in plan.why)))


def _chosen(tree: Tree, manifest: Manifest, detection: Detection) -> Plan:
    """Whose decision the build is."""
    if manifest.get("dockerfile"):
        path = manifest.path("dockerfile")
        if path not in tree:
            near = [one for one in tree.paths if "dockerfile" in one.lower()][:4]
            fix = f"There are {', '.join(near)}." if near else "Commit the Dockerfile, or leave the member out."
            raise manifest.fault("dockerfile", f"`dockerfile` is {path}, and there is no such file", fix)
        plan = hinted(tree, plan_from(tree, path, context=context_of(tree, path)))
        return _first(plan, f"{manifest.said('dockerfile')} dockerfile: {path}.")
    if manifest.get(COMPOSE):
        return _stack(tree, manifest, detection)
    ids = [one for one in detection.ids if one != COMPOSE or manifest.get(COMPOSE) is not False]
    pack = manifest.get("buildpack")
    try:
        plan = detection.detect(tree, [pack] if pack else ids)
    except TeamFault as fault:
        made = bare_plan(tree, _text(manifest), f"{manifest.said('start')} start.") if manifest.get("start") else None
        if made is not None:
            return hinted(tree, made)
        if not pack or fault.id != "nothing_runnable":
            raise
        text = f"`buildpack` is {pack}, and it finds nothing to run here"
        raise manifest.fault("buildpack", text, "Leave the member out, or set root to the folder it is in.") from None
    if pack:
        return _first(plan, f"{manifest.said('buildpack')} buildpack: {pack}.")
    if manifest.get(COMPOSE) is False:
        plan = _first(plan, f"{manifest.said(COMPOSE)} that no compose file is followed.")
    if any(manifest.get(name) for name in _CHOOSES):
        return plan
    return with_neighbours(tree, plan, lambda folder: detection.detect(folder, ids))


def _stack(tree: Tree, manifest: Manifest, detection: Detection) -> Plan:
    path = manifest.path(COMPOSE)
    if path not in tree:
        near = [one for one in tree.paths if "compose" in one.rpartition("/")[2].lower()][:4]
        fix = f"There are {', '.join(near)}." if near else "Commit the compose file, or leave the member out."
        raise manifest.fault(COMPOSE, f"`compose` is {path}, and there is no such file", fix)
    try:
        plan = detection.detect(ComposeView(tree.root, tree.files, path), [COMPOSE])
    except TeamFault as fault:
        reason = fault.detail.partition("\n")[0] or fault.title
        fix = f"Mend {path}, or write compose: false."
        raise manifest.fault(COMPOSE, f"`compose` is {path}, which cannot be followed: {reason}", fix) from None
    return _first(plan, f"{manifest.said(COMPOSE)} compose: {path}.")


def _text(manifest: Manifest) -> str:
    start = manifest.get("start")
    return " ".join(start) if isinstance(start, list) else str(start)


def _first(plan: Plan, why: str) -> Plan:
    return replace(plan, why=(why, *plan.why))


def _facts(plan: Plan, manifest: Manifest) -> Plan:
    """Start, port, health and environment."""
    whys = list(plan.why)
    changes: dict[str, Any] = {}
    start = manifest.get("start")
    if start:
        generated = re.findall(r"^WORKDIR (/app.*)$", plan.dockerfile, re.MULTILINE)
        folder = "." if plan.is_ours and generated and generated[-1] != "/app" else ""
        changes["start"] = tuple(start) if isinstance(start, list) else shell(start, folder)
        if last_stage(plan.dockerfile).entrypoint.argv:
            changes["dockerfile"] = plan.dockerfile.rstrip("\n") + "\nENTRYPOINT []\n"
        # What was repaired or known of the start that is not used any more.
        changes["repairs"] = tuple(note for note in plan.repairs if not note.id.startswith("start_"))
        whys.append(f"{manifest.said('start')} start: {_text(manifest)[:200]}")
    hints = {name: value for name, value in plan.hints.items() if name != "loopback" or not start}
    env = dict(plan.env)
    port = manifest.get("port")
    if port:
        changes["ports"] = tuple(dict.fromkeys((port, *plan.ports)))
        env["PORT"] = str(port)
        whys.append(f"{manifest.said('port')} port: {port}, which the service gets as PORT.")
    health = manifest.get("health")
    if health:
        paths = [health] if isinstance(health, str) else health
        changes["health"] = tuple(dict.fromkeys((*paths, *plan.health)))
        whys.append(f"{manifest.said('health')} health: {', '.join(paths)}.")
    if manifest.get("env"):
        env |= manifest.get("env")
        changes["repairs"] = without_given(changes.get("repairs", plan.repairs), manifest.get("env"))
        whys.append(f"{manifest.said('env')} values for {', '.join(manifest.get('env'))}.")
    for name in ("track", "load", "job", "ml", "ai", "tests", "monitoring"):
        if manifest.get(name):
            hints[name] = manifest.get(name)
    return replace(plan, **changes, env=env, hints=hints, why=tuple(whys))


def _versions(plan: Plan, manifest: Manifest) -> Plan:
    """The language's version, in a Dockerfile that we wrote."""
    for name in ("python", "node"):
        version = manifest.get(name)
        if not version:
            continue
        source = manifest.said(name).removesuffix(" sets").replace("The team set on", "The team on")
        if not plan.is_ours:
            why = f"{source} names {name}: {version}; the team's own Dockerfile decides that. See {DOCUMENTED}."
            plan = replace(plan, why=(*plan.why, why))
        elif name == "python":
            plan = with_python(plan, ".".join(version.split(".")[:2]), source)
        else:
            text = re.sub(r"^FROM node:[\d.]+", f"FROM node:{version}", plan.dockerfile, flags=re.MULTILINE)
            runtime = re.sub(r"^Node\.js [\d.]+", f"Node.js {version}", plan.runtime)
            why = f"{source} asks for Node.js {version}."
            plan = replace(plan, dockerfile=text, runtime=runtime, why=(*plan.why, why))
    return plan
