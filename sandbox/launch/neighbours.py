"""Repositories with several applications in folders of their own: the API is the app, the others are companions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.faults import TeamFault
from sandbox.launch.rooms import Rooms
from sandbox.launch.stage import last_stage
from sandbox.launch.within import within
from sandbox.nodesource.frameworks import FRAMEWORKS
from sandbox.plan import Companion, Plan
from sandbox.tree import Tree

MOST_APPS = 3
MOST_FOLDERS = 10
# The app's own port is 8000; companions that honour PORT get these.
FIRST_PORT = 8101
_MARKS = re.compile(
    r"^(?:dockerfile|package\.json|requirements\.txt|pyproject\.toml|pipfile|go\.mod|pom\.xml|build\.gradle(?:\.kts)?"
    r"|cargo\.toml|manage\.py|app\.py|main\.py)$",
    re.IGNORECASE,
)
_GROUPS = ("apps", "services", "packages", "src")
_ASIDE = re.compile(
    r"^\.|^(?:node_modules|venv|env|docs?|documentation|tests?|e2e|examples?|samples?|demos?|scripts?|tools?|notebooks?"
    r"|data|datasets?|models?|infra|infrastructure|terraform|k8s|kubernetes|helm|deploy|deployment|monitoring|load_?tests?"
    r"|train|training|experiments?|research|benchmarks?|static|templates|public|assets|dist|build|vendor|old|archive"
    r"|backup|legacy|mobile|android|ios|common|shared|libs?|utils|functions|lambda|airflow|dags|pipelines?)$",
    re.IGNORECASE,
)
_API = frozenset({"api", "backend", "server", "service", "back", "rest", "gateway", "app"})
_PAGES = frozenset({"frontend", "front", "ui", "client", "web", "webapp", "dashboard", "site", "website", "www"})
_PYTHON_PAGES = ("streamlit", "gradio")
_RENDERED = frozenset(one.id for one in FRAMEWORKS if one.kind == "rendered" and one.id != "nest")
_PLAIN = re.compile(r"[\w./-]+")
Detect = Callable[[Tree], Plan]


@dataclass(frozen=True)
class _App:
    """`folder` is where it lies; `plan` counts its paths from the root of the repository."""

    folder: str
    plan: Plan

    @property
    def words(self) -> set[str]:
        return set(re.split(r"[/._-]", self.folder.lower()))

    @property
    def is_pages(self) -> bool:
        return "nginx" in last_stage(self.plan.dockerfile).base or self.plan.buildpack == "static"

    @property
    def shows(self) -> bool:
        """Whether it makes pages for people, for whom another application may be the API."""
        return self.is_pages or self.plan.hints.get("framework") in _RENDERED

    @property
    def merit(self) -> tuple[int, str]:
        served = -3 * self.is_pages - self.shows - 2 * (self.plan.hints.get("framework") in _PYTHON_PAGES)
        named = 2 * bool(self.words & _API) - 2 * bool(self.words & _PAGES)
        return -(served + named + (self.plan.buildpack == "python")), self.folder


def with_neighbours(tree: Tree, chosen: Plan, detect: Detect) -> Plan:
    """The plan, or that of the API beside it, with the other applications as companions.

    `chosen` is what detection found for the whole tree; `detect` finds the plan of a folder, TeamFault when there is
    none. A stack, a workspace whose packages need one another, and a server at the root stay as they are; pages at the
    root stand beside the API of a folder.
    """
    stack = any(one.role != "data" for one in chosen.companions)
    if stack or chosen.buildpack == "compose" or _is_workspace(tree):
        return chosen
    folders = _folders(tree)
    home = _home(chosen, folders)
    top = _App(home, chosen)
    if not home:
        folders = [folder for folder in folders if _App(folder, chosen).words & _API] if top.shows else []
    apps = [top]
    for folder in folders:
        if folder != home and len(apps) < MOST_APPS:
            found = _detected(tree, folder, detect)
            apps += [_App(folder, found)] if found else []
    if len(apps) == 1:
        return chosen
    first, *others = sorted(apps, key=lambda app: app.merit)
    if first is not top and chosen.companions:  # its data services are for the one that was chosen
        return chosen
    return _joined(first, others)


def _is_workspace(tree: Tree) -> bool:
    return (
        any(name in tree for name in ("pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json", "go.work"))
        or '"workspaces"' in tree.read("package.json", 100_000)
        or "[workspace]" in tree.read("Cargo.toml", 100_000)
    )


def _folders(tree: Tree) -> list[str]:
    """Folders that may hold an application of their own."""
    found: dict[str, None] = {}
    for path in tree.paths:
        folder, _, name = path.rpartition("/")
        parts = folder.split("/")
        if not folder or not _MARKS.match(name) or len(parts) > 1 + (parts[0] in _GROUPS):
            continue
        inside = any(folder.startswith(f"{other}/") for other in found)
        if parts[-1] not in _GROUPS and not inside and not any(map(_ASIDE.match, parts)) and _PLAIN.fullmatch(folder):
            found.setdefault(folder)
    return list(found)[:MOST_FOLDERS]


def _home(plan: Plan, folders: list[str]) -> str:
    """The folder that the plan's application lies in, "" when that is the root or not one of them."""
    places = [plan.context, str(plan.hints.get("app", "")), str(plan.hints.get("dockerfile", ""))]
    for place in places:
        for folder in folders:
            if place == folder or place.startswith(f"{folder}/"):
                return folder
    return ""


def _detected(tree: Tree, folder: str, detect: Detect) -> Plan | None:
    try:
        plan = detect(tree.below(folder))
    except TeamFault:
        return None
    if plan.buildpack in ("compose", "job") or (plan.buildpack == "static" and not set(folder.split("/")) & _PAGES):
        return None
    return within(folder, plan)


def _joined(first: _App, others: list[_App]) -> Plan:
    names: dict[str, str] = {}
    for app in (first, *others):
        name = re.sub(r"[^a-z0-9-]", "-", app.folder.rpartition("/")[2].lower()).strip("-")[:30] or "web"
        names[app.folder] = name if name not in names.values() else f"{name}-{len(names)}"
    plan = first.plan
    companions: list[Companion] = []
    rooms = Rooms()
    rooms.place(names[first.folder], plan.ports[:1])
    for number, app in enumerate(others):
        made = _companion(app, names[app.folder], FIRST_PORT + number, plan)
        room = rooms.place(made.name, made.ports[:1])
        companions.append(replace(made, room=room or 0))
    listed = ", ".join(f"{names[app.folder]} ({app.plan.runtime})" for app in others)
    whys = (
        f"There are several applications: {first.folder or 'the root'} is the one that is judged; beside it: {listed}.",
        f"To choose another, write root: {others[0].folder or '.'} into assay.yaml.",
    )
    return replace(
        plan,
        name=names[first.folder],
        companions=(*plan.companions, *companions),
        why=(*whys, *plan.why),
    )


def _companion(app: _App, name: str, port: int, main: Plan) -> Companion:
    """The application beside the app."""
    plan, text, ports = app.plan, app.plan.dockerfile, app.plan.ports
    if app.is_pages and "listen 8000;" in text:
        text = text.replace("listen 8000;", f"listen {port};").replace("EXPOSE 8000\n", f"EXPOSE {port}\n")
        ports = (port,)
    elif plan.buildpack != "dockerfile":
        ports = (port, *(one for one in plan.ports if one not in main.ports[:1]))
    return Companion(
        name=name,
        role="app",
        dockerfile=text,
        context=plan.context,
        start=plan.start,
        env=dict(plan.env),
        ports=tuple(dict.fromkeys(ports)),
        health=plan.health,
        files=dict(plan.files),
        runtime=plan.runtime,
        buildpack=plan.buildpack,
    )
